#!/usr/bin/env python3
"""What the program costs above the floor: vams-migrate and the bare loop by turns against vams-rig, medians of several rounds.

    ./dev bench engine [--files 10000,1000000] [--modes location,head,touch] [--rounds 3] [--plots docs/plots]

Prints one JSON object. The floor (bench/bare_loop.cc) sends the same requests without any logic. --program NAME=PATH adds another build of
vams-migrate to compare with. --utility PATH adds the utility of the guide as a third one: infra/deploymentDataMigration/tools/reindex_utility.py
of awslabs/visual-asset-management-system at f028bf53, which you fetch yourself; it needs boto3 (--python, by default build/venv).
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import plots
from rig_process import BINARIES, ROOT, Rig, environment, machine

FILES_OF_AN_ASSET = 1000
MODES = {"location": 64, "head": 256, "touch": 256}  # connections


def shape_of(mode, count):
    """`count` files or, to touch, assets."""
    size = ["--assets", count, "--files-per-asset", 0] if mode == "touch" else \
        ["--assets", max(1, count // FILES_OF_AN_ASSET), "--files-per-asset", min(count, FILES_OF_AN_ASSET)]
    return [*size, "--empty-every", 0, "--prefix", "assets/"]


def bare_command(args, mode, rig, _home):
    return [args.bare_loop, "--port", rig.port, "--mode", mode, "--connections", MODES[mode]]


def program_command(path):
    def command(_args, mode, rig, home):
        config = home / "config.json"
        config.write_text(json.dumps({**rig.get("config"), "operation": "assets" if mode == "touch" else "files"}))
        attribution = ["--attribution", mode] if mode != "touch" else []
        return [path, "run", "--config", config, "--skip-verification", "--progress", "none", "--output", "json", "--max-workers", MODES[mode],
                *attribution]
    return command


def utility_command(args, mode, rig, _home):
    return [args.python, args.utility, "--asset-table", "vams-rig-assets", "--s3-buckets-table", "vams-rig-buckets", "--region", "us-east-1",
            "--sns-topic", "arn:aws:sns:us-east-1:123456789012:vams-rig-topic-0", "--operation", "assets" if mode == "touch" else "files",
            "--log-level", "ERROR"]


def run_once(args, make_command, mode, count):
    rig = Rig(args.rig, shape_of(mode, count), args.latency_ms)
    try:
        with tempfile.TemporaryDirectory() as home:
            home = pathlib.Path(home)
            command = [str(word) for word in make_command(args, mode, rig, home)]
            with open(home / "out", "w+b") as out:
                began = time.monotonic()
                process = subprocess.Popen(command, cwd=home, env=environment(rig, home), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
                timer = threading.Timer(args.at_most, process.send_signal, [signal.SIGKILL])
                timer.start()
                _, status, usage = os.wait4(process.pid, 0)
                wall = time.monotonic() - began
                stopped = not timer.is_alive()
                timer.cancel()
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode != 0 and not stopped:
                    out.seek(0)
                    sys.exit(f"exit code {process.returncode}: {' '.join(command)}\n{out.read().decode(errors='replace')[-3000:]}")
        rig_cpu = rig.cpu_seconds()
        stats = rig.get("stats")
    finally:
        rig.end()
    done = stats["touches" if mode == "touch" else "events"]
    if not stopped and done["distinct"] < done["expected"]:
        sys.exit(f"{done['expected'] - done['distinct']} of {done['expected']} did not arrive: {' '.join(command)}")
    span = done["last_at"] - done["first_at"]
    number = max(1, done["distinct"])
    return {"per_second": number / wall, "per_second_while_sending": number / span if span > 0 else 0.0, "wall_seconds": wall, "stopped": stopped,
            "done": done["distinct"], "repeated": done["repeated"], "requests": stats["requests_sum"],
            "cpu_us_each": (usage.ru_utime + usage.ru_stime) * 1e6 / number, "peak_mib": usage.ru_maxrss / 1024,
            "connections": stats["connections"], "most_in_flight": stats["most_in_flight"],
            "rig_cpu_us_a_request": rig_cpu * 1e6 / max(1, stats["requests_sum"])}


def median_of(runs):
    return {name: any(run[name] for run in runs) if name == "stopped" else statistics.median(run[name] for run in runs) for name in runs[0]}


def compare(args, contestants, mode, count):
    """The contestants by turns, so that what else the machine does falls on all of them."""
    runs = {name: [] for name in contestants}
    for turn in range(args.rounds):
        for name, make_command in contestants.items():
            runs[name].append(run_once(args, make_command, mode, count))
            last = runs[name][-1]
            print(f"{mode} {count} {name} {turn + 1}/{args.rounds}: {last['per_second_while_sending']:.0f}/s, {last['cpu_us_each']:.1f} us CPU each, "
                  f"{last['peak_mib']:.0f} MiB{', stopped' if last['stopped'] else ''}", file=sys.stderr, flush=True)
    return {name: {key: round(value, 2) if isinstance(value, float) else value for key, value in median_of(of_it).items()} for name, of_it in runs.items()}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", default="10000,1000000", help="how many files, or assets to touch; 10000000 is for the patient")
    parser.add_argument("--modes", default="location,head,touch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency-ms", type=float, default=10)
    parser.add_argument("--at-most", type=float, default=300, help="seconds of one run: it is stopped then and judged by what it had done")
    parser.add_argument("--program", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--utility", type=pathlib.Path)
    parser.add_argument("--python", type=pathlib.Path, default=ROOT / "build/venv/bin/python")
    parser.add_argument("--rig", type=pathlib.Path, default=BINARIES / "vams-rig")
    parser.add_argument("--bare-loop", type=pathlib.Path, default=BINARIES / "bench_bare_loop")
    parser.add_argument("--plots", type=pathlib.Path, help="folder for SVG pictures of the figures")
    args = parser.parse_args()
    args.rig, args.bare_loop = args.rig.resolve(), args.bare_loop.resolve()  # each runs in a directory of its own
    modes = args.modes.split(",")
    if unknown := [mode for mode in modes if mode not in MODES]:
        parser.error(f"no such mode: {', '.join(unknown)} (there are: {', '.join(MODES)})")
    named = [one.split("=", 1) for one in args.program] or [["vams-migrate", BINARIES / "vams-migrate"]]
    contestants = {"floor": bare_command, **{name: program_command(pathlib.Path(path).resolve()) for name, path in named}}
    if args.utility:
        args.utility = args.utility.resolve()
        contestants["utility"] = utility_command
    result = {"benchmark": "engine", "latency_ms": args.latency_ms, "rounds": args.rounds, "connections": {mode: MODES[mode] for mode in modes},
              "machine": machine(), "medians": {}}
    for mode in modes:
        for count in map(int, args.files.split(",")):
            result["medians"].setdefault(mode, {})[str(count)] = compare(args, contestants, mode, count)
    print(json.dumps(result, indent=2))
    if args.plots:
        plots.write_engine(result, args.plots)


if __name__ == "__main__":
    main()
