#!/usr/bin/env python3
"""The most memory that a whole run takes, report and verification included, by the number of files and of assets: it must not grow.

    ./dev bench memory [--files 10000,1000000,10000000] [--assets 10000,1000000] [--attribution head]

Each size is one run of vams-migrate against vams-rig, which must end in success. Peak resident memory is the kernel's account of the process.
Prints one JSON object. Goal: less than 64 MiB each, and all within 4 MiB.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from rig_process import BINARIES, Rig, environment, machine

GOAL_MIB = 64
GOAL_SPREAD_MIB = 4


def run_once(args, shape):
    rig = Rig(args.rig, [*shape, "--empty-every", 0, "--prefix", "assets/"], args.latency_ms)
    try:
        with tempfile.TemporaryDirectory(dir=args.directory) as home:
            home = pathlib.Path(home)
            (home / "config.json").write_text(json.dumps(rig.get("config")))
            command = [args.program.resolve(), "run", "--config", home / "config.json", "--progress", "none", "--attribution", args.attribution]
            with open(home / "out", "w") as out:
                began = time.monotonic()
                process = subprocess.Popen([str(word) for word in command], cwd=home, env=environment(rig, home), stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=out)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                sys.exit(f"exit code {process.returncode}: {shape}\n{(home / 'out').read_text()[-3000:]}")
            report = json.loads(next((home / "reports").iterdir()).read_text())
    finally:
        rig.end()
    verification = report["verification"]
    if not verification["overall_success"]:
        sys.exit(f"the verification found differences: {verification}")
    return {"peak_mib": round(usage.ru_maxrss / 1024, 1), "seconds": round(time.monotonic() - began, 1),
            "verified": verification["asset_index"]["ok"] + verification["file_index"]["ok"]}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench memory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default="10000,1000000,10000000", help="in assets of a thousand each; '' for none")
    parser.add_argument("--assets", default="10000,1000000", help="without files; '' for none")
    parser.add_argument("--attribution", choices=["location", "head"], default="head")
    parser.add_argument("--latency-ms", type=float, default=1)
    parser.add_argument("--directory", type=pathlib.Path, help="where journal, scratch files and report lie (default: $TMPDIR)")
    parser.add_argument("--program", type=pathlib.Path, default=BINARIES / "vams-migrate")
    parser.add_argument("--rig", type=pathlib.Path, default=BINARIES / "vams-rig")
    args = parser.parse_args()
    shapes = {f"{n} files": ["--assets", max(1, n // 1000), "--files-per-asset", min(n, 1000)] for n in map(int, filter(None, args.files.split(",")))}
    shapes |= {f"{n} assets": ["--assets", n, "--files-per-asset", 0] for n in map(int, filter(None, args.assets.split(",")))}
    runs = {}
    for name, shape in shapes.items():
        runs[name] = run_once(args, shape)
        print(f"{name}: {runs[name]}", file=sys.stderr, flush=True)
    peaks = [run["peak_mib"] for run in runs.values()]
    spreads = {}
    for kind in ("files", "assets"):
        of_kind = [run["peak_mib"] for name, run in runs.items() if name.endswith(kind)]
        if of_kind:
            spreads[kind] = round(max(of_kind) - min(of_kind), 1)
    spread = max(peaks) - min(peaks)
    print(json.dumps({"benchmark": "memory", "attribution": args.attribution, "latency_ms": args.latency_ms, "machine": machine(), "runs": runs,
                      "most_mib": max(peaks), "spread_mib": round(spread, 1), "spread_by_kind_mib": spreads, "goal_mib": GOAL_MIB,
                      "goal_spread_mib": GOAL_SPREAD_MIB, "meets_goal": max(peaks) < GOAL_MIB and spread <= GOAL_SPREAD_MIB}, indent=2))


if __name__ == "__main__":
    main()
