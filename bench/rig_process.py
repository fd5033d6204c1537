"""vams-rig as the benchmarks start it, what a program beside it is told, and the machine."""

import json
import os
import pathlib
import platform
import subprocess
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = ROOT / "build/release/bin"
TICK = os.sysconf("SC_CLK_TCK")


class Rig:
    """A deployment of this shape (the words of its command line), which answers after `latency_ms`."""

    def __init__(self, program, shape, latency_ms, faults=None):
        command = [program, *shape, "--faults", json.dumps({"latency_ms": latency_ms, **(faults or {})})]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.url = f"http://127.0.0.1:{self.port}"

    def get(self, what):
        with urllib.request.urlopen(f"{self.url}/_rig/{what}", timeout=60) as reply:
            return json.load(reply)

    def post(self, what):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_rig/{what}", b"{}", method="POST"), timeout=60).close()

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def end(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


def environment(rig, home):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VAMS_"))}
    return {**clean, "AWS_ENDPOINT_URL": rig.url, "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1",
            "HOME": str(home)}


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory / 2**20, 1), "kernel": platform.release(),
            "load_before": os.getloadavg()[0]}
