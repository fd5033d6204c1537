#!/usr/bin/env python3
"""How long a run of many files that was killed takes to go on: until its first request, and until its first new event, reaches vams-rig.

    ./dev bench resume [--files 10000000] [--attribution location] [--kill-at 0.97] [--rounds 5]

A run is killed when this share of its events has arrived; then it is resumed and killed again as soon as it sends something new, so many
times, and at last resumed to its end, after which everything must have arrived. Prints one JSON object. Goal: 2 s.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from rig_process import BINARIES, Rig, environment, machine

GOAL_SECONDS = 2.0


class Bench:
    def __init__(self, args, rig, home):
        self.args, self.rig, self.home = args, rig, home
        self.config = home / "config.json"
        self.config.write_text(json.dumps(rig.get("config")))
        self.state = home / "vams-migrate-state"

    def start(self, *command):
        words = [self.args.program.resolve(), *command, "--config", self.config, "--skip-verification", "--progress", "none", "--attribution",
                 self.args.attribution]
        return subprocess.Popen([str(word) for word in words], cwd=self.home, env=environment(self.rig, self.home), stdin=subprocess.DEVNULL,
                                stdout=open(self.home / "out", "w"), stderr=subprocess.STDOUT)

    def fail(self, why):
        sys.exit(f"{why}\n{(self.home / 'out').read_text()[-3000:]}")

    def until(self, process, reached, pause):
        """The statistics of the rig in which it is `reached`."""
        while True:
            stats = self.rig.get("stats")
            if reached(stats):
                return stats
            if process.poll() is not None:
                self.fail("it ended too early")
            time.sleep(pause)

    def run_until_killed(self):
        process = self.start("run")
        stats = self.until(process, lambda s: s["events"]["distinct"] >= self.args.kill_at * s["events"]["expected"], 0.02)
        process.kill()
        process.wait()
        (run,) = self.state.iterdir()
        return run, stats

    def resume_until_killed(self, run):
        """Seconds to the first request and to the first event."""
        self.rig.post("mark")
        began = time.time()
        process = self.start("resume", run.name)
        mark = self.until(process, lambda s: s["since_mark"]["first_event_ms"] > 0, 0.01)["since_mark"]
        process.kill()
        process.wait()
        time.sleep(0.2)  # what is under way arrives before the next mark
        return mark["first_request_ms"] / 1000 - began, mark["first_event_ms"] / 1000 - began

    def resume_to_the_end(self, run):
        began = time.monotonic()
        if self.start("resume", run.name).wait() != 0:
            self.fail("the last part failed")
        events = self.rig.get("stats")["events"]
        if events["distinct"] < events["expected"]:
            self.fail(f"{events['expected'] - events['distinct']} events did not arrive")
        return time.monotonic() - began, events


def measure(args):
    shape = ["--assets", max(1, args.files // 1000), "--files-per-asset", min(args.files, 1000), "--empty-every", 0, "--prefix", "assets/"]
    rig = Rig(args.rig, shape, args.latency_ms)
    try:
        with tempfile.TemporaryDirectory(dir=args.directory) as home:
            bench = Bench(args, rig, pathlib.Path(home))
            run, killed = bench.run_until_killed()
            journal = (run / "journal").stat().st_size
            times = [bench.resume_until_killed(run) for _ in range(args.rounds)]
            rest, events = bench.resume_to_the_end(run)
    finally:
        rig.end()
    first_event = statistics.median(event for _, event in times)
    return {"files": args.files, "arrived_before": killed["events"]["distinct"], "seconds_before": round(killed["seconds"], 1), "journal_bytes": journal,
            "seconds_to_first_request": [round(request, 3) for request, _ in times], "seconds_to_first_event": [round(event, 3) for _, event in times],
            "median_seconds_to_first_event": round(first_event, 3), "goal_seconds": GOAL_SECONDS, "meets_goal": first_event <= GOAL_SECONDS,
            "seconds_of_the_rest": round(rest, 1), "repeated_events": events["repeated"]}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench resume", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000_000)
    parser.add_argument("--attribution", choices=["location", "head"], default="location")
    parser.add_argument("--kill-at", type=float, default=0.97, help="share of the events that have arrived")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency-ms", type=float, default=1)
    parser.add_argument("--directory", type=pathlib.Path, help="where the journal is: a disk as it is meant (default: $TMPDIR)")
    parser.add_argument("--program", type=pathlib.Path, default=BINARIES / "vams-migrate")
    parser.add_argument("--rig", type=pathlib.Path, default=BINARIES / "vams-rig")
    args = parser.parse_args()
    print(json.dumps({"benchmark": "resume", "attribution": args.attribution, "latency_ms": args.latency_ms, "machine": machine(), **measure(args)},
                     indent=2))


if __name__ == "__main__":
    main()
