#!/usr/bin/env python3
"""Real servers for tests: starts them on free loopback ports of their own, tells their addresses, stops them.

    ci/services.py COMMAND [ARGUMENTS]   run a command with the servers' addresses in its environment

The servers, and how each differs from what it stands for: testing/services/README.md.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "testing" / "services"
STATES = ROOT / "build" / "services"
STATE = STATES / str(os.getpid())
# What the servers that verify signatures know, and what the tests sign with.
KEYS = {"VAMS_TEST_ACCESS_KEY": "vamslocal", "VAMS_TEST_SECRET_KEY": "vamslocalsecret"}
START_SECONDS = 30 * 60  # the first time it installs
STOP_SECONDS = 60
TRIES = 5  # of a port that somebody else took between the look and the start

# Each server: the variable of its port, the variable that tells tests where it is.
REQUIRED = {
    "ministack": ("MINISTACK_PORT", "VAMS_TEST_AWS_ENDPOINT"),
    "opensearch": ("OPENSEARCH_PORT", "VAMS_TEST_OPENSEARCH_ENDPOINT"),
}
# As above, and the program that installing needs.
OPTIONAL = {
    "dynoxide": ("DYNOXIDE_PORT", "VAMS_TEST_DYNAMODB_ENDPOINT", "cargo"),
    "versitygw": ("VERSITYGW_PORT", "VAMS_TEST_S3_ENDPOINT", "go"),
    "minio": ("MINIO_PORT", "VAMS_TEST_S3_ENDPOINT_2", "go"),
}


def home():
    """Where programs are installed: shared by all checkouts, in build/ where the home directory cannot hold it."""
    if os.environ.get("SERVICES_HOME"):
        return pathlib.Path(os.environ["SERVICES_HOME"])
    cache = pathlib.Path.home() / ".cache" / "vams-services"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache
    except OSError:
        pass
    return ROOT / "build" / "services-home"


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(name, avoid):
    """A port that nobody listens on now. OpenSearch's runner takes 9201 to 9299 alone, and one 100 above for itself."""
    if name == "opensearch":
        for port in range(9299, 9200, -1):
            if port not in avoid and is_free(port) and is_free(port + 100):
                return port
        raise RuntimeError("no port from 9201 to 9299 is free")
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in avoid:
            return port


class Services:
    """The servers of one run. start() and stop() may be called from different threads; stop() also while start() works."""

    def __init__(self, deep=False):
        self.deep = deep
        self.absent = []  # "name: why" of the optional servers that do not run
        self._lock = threading.Lock()
        self._ports = {}
        self._env = {}
        self._stopped = False
        self._process = None

    @property
    def env(self):
        """What tests are told: an address for each server, and the keys; nothing before the servers run."""
        return {**KEYS, **self._env} if self._env else {}

    def start(self, log):
        """Starts every required server, then the optional ones that can be; the text of what went wrong, "" for nothing."""
        self._stop_left_over()
        with open(log, "w", encoding="utf-8") as out:
            for name, (port_variable, variable) in REQUIRED.items():
                if not self._start(name, port_variable, variable, out):
                    return pathlib.Path(log).read_text(errors="replace")
            for name, (port_variable, variable, toolchain) in OPTIONAL.items():
                why = self._why_not(name, toolchain)
                if not why and not self._start(name, port_variable, variable, out):
                    return pathlib.Path(log).read_text(errors="replace")
                if why:
                    self.absent.append(f"{name}: {why}")
        return ""

    def _why_not(self, name, toolchain):
        if (home() / f".installed-{name}").exists():
            return ""
        if not self.deep:
            return f"not installed (testing/services/{name}.sh install)"
        return "" if self._has(toolchain) else f"not installed, and there is no {toolchain} to build it"

    @staticmethod
    def _has(program):
        """Go and cargo are often installed but not on PATH; the scripts look there too."""
        places = [os.environ.get("PATH", ""), "/usr/local/go/bin", str(pathlib.Path.home() / ".cargo/bin")]
        return shutil.which(program, path=os.pathsep.join(places)) is not None

    def _environment(self, state):
        env = {**os.environ, "SERVICES_HOME": str(home()), "SERVICES_STATE": str(state), "SERVICES_INSTANCE": "", **KEYS}
        env.update({variable: str(port) for variable, port in self._ports.items()})
        return env

    def _run(self, name, verb, out, seconds, state=None):
        """The script's exit code; its servers are in sessions of their own and outlive it."""
        command = [str(SCRIPTS / f"{name}.sh"), verb]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   env=self._environment(state or STATE), start_new_session=True)
        if verb == "start":
            self._process = process
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        finally:
            self._process = None

    def _start(self, name, port_variable, variable, out):
        tried = set()
        for _ in range(TRIES):
            port = free_port(name, tried)
            tried.add(port)
            with self._lock:
                if self._stopped:
                    return False
                self._ports[port_variable] = port
            if self._run(name, "start", out, START_SECONDS) == 0:
                self._env[variable] = f"http://127.0.0.1:{port}"
                return True
            if is_free(port):
                return False  # it is not the port
        return False

    def _stop_left_over(self):
        """Servers of an earlier run in this checkout that was killed."""
        STATE.mkdir(parents=True, exist_ok=True)
        for state in STATES.iterdir():
            if not pathlib.Path("/proc", state.name).exists():
                self._stop_all(state)

    def _stop_all(self, state):
        for pid_file in sorted((state / "run").glob("*.pid")):
            if (SCRIPTS / f"{pid_file.stem}.sh").exists():
                self._run(pid_file.stem, "stop", subprocess.DEVNULL, STOP_SECONDS, state)
        shutil.rmtree(state, ignore_errors=True)

    def stop(self):
        """Ends every server of this run, at once also where one is only being started; twice does no harm."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            time.sleep(0.2)  # what it had just forked records itself
        self._stop_all(STATE)


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    services = Services()

    def stop(number, _frame):
        services.stop()
        os._exit(128 + number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        STATES.mkdir(parents=True, exist_ok=True)
        problem = services.start(STATES.with_suffix(".log"))
        if problem:
            print(problem, file=sys.stderr)
            return 1
        for line in services.absent:
            print(f"not running: {line}", file=sys.stderr)
        return subprocess.run(sys.argv[1:], env={**os.environ, **services.env}, check=False).returncode
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())
