#!/usr/bin/env python3
"""A topic that takes 500 events a second and tells nobody, and after a while 2,000: what the program makes of it.

    ./dev bench limit [--limits 0:500,20:2000] [--seconds 60]

vams-migrate against vams-rig, whose limit has a burst of a tenth of a second. Prints one JSON object. Goal: within 10 % below each limit from 15
seconds after it began, and less than 2 % of the requests refused.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from rig_process import BINARIES, Rig, environment, machine

FOUND_AFTER = 15
LOOK_EVERY = 0.25


def main():
    parser = argparse.ArgumentParser(prog="./dev bench limit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limits", default="0:500,20:2000", help="SECOND:EVENTS_A_SECOND,...")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--latency-ms", type=float, default=10)
    parser.add_argument("--program", type=pathlib.Path, default=BINARIES / "vams-migrate")
    parser.add_argument("--rig", type=pathlib.Path, default=BINARIES / "vams-rig")
    args = parser.parse_args()
    limits = [[float(number) for number in part.split(":")] for part in args.limits.split(",")]
    files = int(sum(limit * args.seconds for _, limit in limits))
    rig = Rig(args.rig, ["--assets", max(1, files // 1000), "--files-per-asset", 1000, "--empty-every", 0, "--prefix", "assets/"], args.latency_ms,
              {"sns_limit": limits})
    seen = []
    try:
        with tempfile.TemporaryDirectory() as home:
            home = pathlib.Path(home)
            (home / "config.json").write_text(json.dumps({**rig.get("config"), "operation": "files"}))
            command = [args.program.resolve(), "run", "--config", home / "config.json", "--skip-verification", "--progress", "none", "--attribution",
                       "location"]
            with open(home / "out", "w") as out:
                process = subprocess.Popen([str(word) for word in command], cwd=home, env=environment(rig, home), stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=out)
                while not seen or seen[-1]["seconds"] < args.seconds:
                    if process.poll() is not None:
                        sys.exit(f"ended early:\n{(home / 'out').read_text()[-3000:]}")
                    stats = rig.get("stats")
                    seen.append({"seconds": stats["seconds"], "events": stats["events"]["distinct"], "publishes": stats["requests"].get("PublishBatch", 0),
                                 "refused": stats["throttled"].get("PublishBatch", 0)})
                    time.sleep(LOOK_EVERY)
                process.kill()
                process.wait()
    finally:
        rig.end()
    spans = []
    for (begins, limit), (ends, _) in zip(limits, [*limits[1:], [args.seconds, 0]]):
        within = [look for look in seen if begins + min(FOUND_AFTER, (ends - begins) / 2) <= look["seconds"] <= ends]
        rate = (within[-1]["events"] - within[0]["events"]) / (within[-1]["seconds"] - within[0]["seconds"])
        spans.append({"limit": limit, "events_per_second": round(rate, 1), "share_of_limit": round(rate / limit, 3)})
    refused = seen[-1]["refused"] / seen[-1]["publishes"]
    print(json.dumps({"benchmark": "limit", "limits": limits, "seconds": args.seconds, "machine": machine(), "spans": spans,
                      "publish_batches": seen[-1]["publishes"], "refused_share": round(refused, 4),
                      "met": all(span["share_of_limit"] >= 0.9 for span in spans) and refused < 0.02}, indent=2))


if __name__ == "__main__":
    main()
