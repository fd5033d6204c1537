#!/usr/bin/env python3
"""Every check and every test, by tier; the last line is the true sum over all runners.

    ./dev test                      what has to pass before a change lands
    ./dev test --only unit,golden   some tiers
    ./dev test base_text_test       one test source, one test program (unit_tests) or one file of pytest (test_verify)
    ./dev test --deep               longer random searches, end-to-end tests under sanitizers, fuzzing
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import results
import services
from pool import Commands, Task, run_all

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test"
TIERS = ("lint", "unit", "conformance", "fault", "simulation", "golden", "e2e", "asan", "tsan", "fuzz")
PROGRAM_TIERS = ("unit", "conformance", "fault", "simulation")  # one test program each, tests/<tier>/*.cc
CORES = os.cpu_count() or 2
MINUTES = 60

SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1:detect_leaks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1:history_size=4",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
    "TSAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
}


class Suite:
    """All tasks of `./dev test`, made from what is on disk."""

    def __init__(self, commands, servers, deep):
        self.commands = commands
        self.servers = servers
        self.deep = deep
        self.tasks = []

    def add(self, name, tier, work, needs=(), cores=1, counts=True):
        self.tasks.append(Task(name, tier, work, tuple(needs), cores, counts))

    def run(self, name, command, minutes, env=None):
        return self.commands.run([str(part) for part in command], LOGS / f"{name.replace(' ', '-')}.log", minutes * MINUTES, env)

    def check(self, name, command, needs=(), cores=1, minutes=20, tier="lint"):
        self.add(name, tier, lambda: results.from_check(name, *self.run(name, command, minutes)), needs, cores)

    def build(self, preset, *options):
        name = f"build {preset}"
        script = f'source ci/lib.sh && configure {preset} {" ".join(options)} && cmake --build build/{preset}'
        if preset == "release":
            script += " && build_release"
        work = lambda: results.from_check(name, *self.run(name, ["bash", "-euc", script], 60))
        self.add(name, "build", work, cores=CORES, counts=False)

    def real_servers(self):
        """Once for all tests that need them; one that does not start fails the run (testing/services/README.md)."""
        def work():
            log = LOGS / "services.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            problem = self.servers.start(log)
            return results.from_check("services", 1 if problem else 0, problem)

        self.add("services", "build", work, counts=False)

    def gtest(self, program, tier, preset, shard=0, shards=1):
        name = f"{tier} {program}" if shards == 1 else f"{tier} {program} {shard + 1}/{shards}"
        report = LOGS / f"{name.replace(' ', '-').replace('/', '-of-')}.xml"
        env = {"GTEST_OUTPUT": f"xml:{report}", "GTEST_COLOR": "no", "GTEST_TOTAL_SHARDS": str(shards), "GTEST_SHARD_INDEX": str(shard)}
        if self.deep:
            env["RC_PARAMS"] = "max_success=2000"
            env["VAMS_SIMULATION_SEEDS"] = "1000000"
        if preset != "release":
            env.update(SANITIZER_ENV)
            env["VAMS_SIMULATION_SEEDS"] = "300"

        def work():
            report.unlink(missing_ok=True)
            code, output = self.run(report.stem, [ROOT / "build" / preset / "bin" / program], 180 if self.deep else 15, {**env, **self.servers.env})
            return results.from_junit(name, code, output, report.read_text(errors="replace") if report.exists() else "")

        self.add(name, tier, work, [f"build {preset}", *(["services"] if program == "conformance_tests" else [])])

    def pytest(self, path, tier="e2e", preset=None):
        name = f"{tier} {path.stem}"
        report = LOGS / f"{tier}-{path.stem}.xml"
        binaries = ROOT / "build" / (f"{preset}/bin" if preset else "bin")
        env = {"VAMS_BIN": str(binaries), "VAMS_DEEP": "1" if self.deep else "", **(SANITIZER_ENV if preset else {})}

        def work():
            report.unlink(missing_ok=True)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", path]
            code, output = self.run(report.stem, command, 90 if self.deep else 20, {**env, **self.servers.env})
            return results.from_junit(name, code, output, report.read_text(errors="replace") if report.exists() else "")

        needs_servers = "VAMS_TEST_" in path.read_text()
        self.add(name, tier, work, [f"build {preset or 'release'}", *(["services"] if needs_servers else [])])

    def golden(self, path):
        name = f"golden {path.stem}"
        work = lambda: results.from_sum_line(name, *self.run(name, [ROOT / "build/bin/golden-check", path], 10))
        self.add(name, "golden", work, ["build release"])

    def everything(self):
        programs = [tier for tier in PROGRAM_TIERS if any((ROOT / "tests" / tier).glob("*.cc"))]
        for script in ("format", "layers", "commits", "length", "words", "printed", "shell"):
            self.check(script, [ROOT / f"ci/{script}.sh"])
        self.real_servers()
        self.build("release", "-DVAMS_TESTS=ON")
        for tier in programs:
            self.gtest(f"{tier}_tests", tier, "release")
        self.check("hardened", [ROOT / "ci/hardened.sh"], ["build release"])
        self.check("registered", [sys.executable, ROOT / "ci/registered.py"], ["build release"], tier="unit")
        if (ROOT / "cli/golden_check_main.cc").exists():
            for path in sorted((ROOT / "tests/fixtures/golden").glob("*.jsonl")):
                self.golden(path)
        for path in sorted((ROOT / "tests/e2e").glob("test_*.py")):
            self.pytest(path)
        self.check("tidy", ["bash", "-euc", f"source ci/lib.sh && rm -f build/tidy/configured && configure tidy && {sys.executable} ci/tidy.py"], cores=CORES, minutes=40)
        for preset in ("asan", "tsan"):
            self.build(preset)
            for tier in programs:
                shards = CORES if tier == "unit" else 1
                for shard in range(shards):
                    self.gtest(f"{tier}_tests", preset, preset, shard, shards)
        if self.deep:
            for path in sorted((ROOT / "tests/e2e").glob("test_*.py")):
                self.pytest(path, "asan", "asan")
                # What makes threads meet is the engine, and it is against the rig that it has much to do at once.
                if "start_rig" in path.read_text():
                    self.pytest(path, "tsan", "tsan")
            for path in sorted((ROOT / "tests/fuzz").glob("*_fuzz.cc")):
                target = path.stem
                work = lambda target=target: results.from_check(target, *self.run(target, [ROOT / "ci/fuzz.sh", "60", target], 10))
                self.add(target, "fuzz", work, cores=CORES)
        return self.tasks


def suites_of(path):
    """A filter for GoogleTest: every suite that this source defines, parametrised ones too."""
    suites = sorted(set(re.findall(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)|^RC_GTEST_(?:FIXTURE_)?PROP\(\s*(\w+)", path.read_text(), re.MULTILINE)))
    names = [a or b for a, b in suites]
    return ":".join(f"{name}.*:*/{name}.*:{name}/*" for name in names)


def run_one(name):
    """One test program, source or pytest file, its output as it comes; C++ with the assertions of the preset dev."""
    stem = name.removesuffix(".cc").removesuffix(".py").rsplit("/", 1)[-1]
    python = ROOT / "tests" / "e2e" / f"{stem}.py"
    if stem.startswith("test_") and python.exists():
        built = subprocess.run(["bash", "-euc", "source ci/lib.sh && build_release"], check=False).returncode
        return built or subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", python], check=False).returncode
    for tier in PROGRAM_TIERS:
        sources = [path for path in (ROOT / "tests" / tier).rglob("*.cc") if path.stem == stem]
        if stem != f"{tier}_tests" and not sources:
            continue
        build = f"source ci/lib.sh && configure dev && cmake --build build/dev --target {tier}_tests"
        built = subprocess.run(["bash", "-euc", build], check=False).returncode
        command = [ROOT / "build/dev/bin" / f"{tier}_tests", *(f"--gtest_filter={suites_of(path)}" for path in sources)]
        if tier == "conformance":
            command = [sys.executable, ROOT / "ci/services.py", *command]
        return built or subprocess.run(command, check=False).returncode
    print(f"no test of the name {name}: neither a program ({', '.join(f'{tier}_tests' for tier in PROGRAM_TIERS)}), nor a source in tests/, "
          "nor a file in tests/e2e/", file=sys.stderr)
    return 2


def chosen(tasks, tiers):
    """The tasks of these tiers and, directly or not, what they need."""
    by_name = {task.name: task for task in tasks}
    wanted = {task.name for task in tasks if task.tier in tiers}
    ahead = list(wanted)
    while ahead:
        for need in by_name[ahead.pop()].needs:
            if need not in wanted:
                wanted.add(need)
                ahead.append(need)
    return [task for task in tasks if task.name in wanted]


class Sum:
    """Adds up what the tasks report and prints it."""

    def __init__(self):
        self.by_tier = {}

    def on_done(self, task, outcome):
        if not task.counts:
            outcome.passed = 0
        self.by_tier.setdefault(task.tier, results.Outcome()).add(outcome)
        mark = "FAIL" if outcome.failed else "ok"
        numbers = f"{outcome.passed:6d} passed" if task.counts or outcome.failed else " " * 13
        if outcome.failed:
            numbers += f", {outcome.failed} failed"
        if outcome.skips:
            numbers += f", {len(outcome.skips)} skipped"
        print(f"{mark:4s}  {task.name:36s} {numbers}  {outcome.seconds:8.1f} s", flush=True)
        for failure in outcome.failures[:20]:
            print(f"      {failure}", flush=True)
        if outcome.failed > 20:
            print(f"      ... and {outcome.failed - 20} more: {LOGS}", flush=True)

    def table(self, wall, absent):
        total = results.Outcome()
        print(f"\n{'tier':12s} {'passed':>7s} {'failed':>7s} {'skipped':>8s} {'seconds':>9s}")
        for tier in ("build", *TIERS):
            if tier in self.by_tier:
                one = self.by_tier[tier]
                print(f"{tier:12s} {one.passed:7d} {one.failed:7d} {len(one.skips):8d} {one.seconds:9.1f}")
                total.add(one)
        print(f"{'all':12s} {total.passed:7d} {total.failed:7d} {len(total.skips):8d} {wall:9.1f}  (wall clock)\n")
        for server in absent:
            print(f"not run: the tests on {server}")
        for skip in total.skips:
            print(f"skipped: {skip}")
        line = f"{total.passed} passed, {total.failed} failed"
        print(line + (f", {len(total.skips)} skipped" if total.skips else ""), flush=True)
        return 1 if total.failed else 0


def main():
    parser = argparse.ArgumentParser(prog="./dev test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", metavar="NAME", nargs="*", help="run these test programs, sources or pytest files alone")
    parser.add_argument("--only", metavar="TIER[,TIER]", help=f"of {', '.join(TIERS)}")
    parser.add_argument("--deep", action="store_true", help="longer random searches, end-to-end under sanitizers, fuzzing")
    args = parser.parse_args()
    tiers = args.only.split(",") if args.only else list(TIERS)
    for tier in tiers:
        if tier not in TIERS:
            parser.error(f"no such tier: {tier} (there are: {', '.join(TIERS)})")

    os.chdir(ROOT)
    if args.names:
        return max(run_one(name) for name in args.names)
    shutil.rmtree(LOGS, ignore_errors=True)
    commands = Commands()
    servers = services.Services(args.deep)

    def stop(number, _frame):
        commands.end_all()
        servers.stop()
        print(f"\nstopped by signal {number}", flush=True)
        os._exit(128 + number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    start = time.monotonic()
    total = Sum()
    tasks = chosen(Suite(commands, servers, args.deep).everything(), tiers)
    if not any(task.counts for task in tasks):
        print(f"nothing to run in: {', '.join(tiers)}")
        return 1
    try:
        run_all(tasks, CORES, total.on_done)
    finally:
        servers.stop()
    return total.table(time.monotonic() - start, servers.absent)


if __name__ == "__main__":
    sys.exit(main())
