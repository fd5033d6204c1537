"""How the test runner starts and stops real servers (ci/services.py, testing/services/), on servers of the tests' own."""

import os
import pathlib
import subprocess
import sys
import textwrap
import time
import urllib.request

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "ci"))
import services  # noqa: E402

SERVER = """\
#!/usr/bin/env bash
. "{lib}"
NAME={name}
PORT=${{{variable}:-1}}
svc_install() {{ {install}; mark_installed 1; }}
ready() {{ http_ok "http://127.0.0.1:$PORT/"; }}
svc_start() {{
  fresh_dir "$DATA_DIR/{name}"
  cd "$DATA_DIR/{name}"
  launch 20 python3 -m http.server --bind 127.0.0.1 "$PORT"
}}
main "$@"
"""


@pytest.fixture
def world(tmp_path, monkeypatch):
    """world(name=install command, ...): a set of servers that are small web servers; all stopped at the end."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    monkeypatch.setenv("SERVICES_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(services, "SCRIPTS", scripts)
    monkeypatch.setattr(services, "STATES", tmp_path / "states")
    monkeypatch.setattr(services, "STATE", tmp_path / "states" / str(os.getpid()))
    monkeypatch.setattr(services, "OPTIONAL", {})
    made = []

    def make(required=None, optional=None, deep=False):
        (tmp_path / "home").mkdir(exist_ok=True)
        for name, install in {**(required or {}), **(optional or {})}.items():
            script = scripts / f"{name}.sh"
            script.write_text(SERVER.format(lib=ROOT / "testing/services/lib.sh", name=name, variable=f"{name.upper()}_PORT",
                                            install=install))
            script.chmod(0o755)
        monkeypatch.setattr(services, "REQUIRED", {n: (f"{n.upper()}_PORT", f"VAMS_TEST_{n.upper()}") for n in required or {}})
        monkeypatch.setattr(services, "OPTIONAL", {n: (f"{n.upper()}_PORT", f"VAMS_TEST_{n.upper()}", "no-such-toolchain") for n in optional or {}})
        made.append(services.Services(deep))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except OSError:
        return False


def test_starts_on_ports_of_its_own_and_stops(world, tmp_path):
    servers = world({"alpha": ":", "beta": ":"})
    assert servers.start(tmp_path / "log") == ""
    addresses = {servers.env["VAMS_TEST_ALPHA"], servers.env["VAMS_TEST_BETA"]}
    assert len(addresses) == 2
    assert all(answers(address) for address in addresses)
    assert servers.env["VAMS_TEST_ACCESS_KEY"] == "vamslocal"
    servers.stop()
    assert not any(answers(address) for address in addresses)
    assert not services.STATE.exists()
    servers.stop()


def test_a_server_that_does_not_start_is_a_problem_with_its_reason(world, tmp_path):
    servers = world({"alpha": "echo the registry is away >&2; exit 1"})
    assert "the registry is away" in servers.start(tmp_path / "log")
    assert servers.env == {}


def test_optional_servers_run_where_they_are_installed_and_are_named_where_not(world, tmp_path):
    servers = world({"alpha": ":"}, {"gamma": ":", "delta": ":"})
    assert servers.start(tmp_path / "log") == ""
    assert [line.split(":")[0] for line in servers.absent] == ["gamma", "delta"]
    assert "VAMS_TEST_DELTA" not in servers.env
    servers.stop()
    (tmp_path / "home" / ".installed-delta").write_text("1")
    servers = world({"alpha": ":"}, {"gamma": ":", "delta": ":"})
    assert servers.start(tmp_path / "log") == ""
    assert answers(servers.env["VAMS_TEST_DELTA"])
    assert [line.split(":")[0] for line in servers.absent] == ["gamma"]


def test_deep_says_which_toolchain_is_missing(world, tmp_path):
    servers = world({}, {"gamma": ":"}, deep=True)
    assert servers.start(tmp_path / "log") == ""
    assert "no-such-toolchain" in servers.absent[0]


def test_what_a_killed_run_left_behind_is_stopped_by_the_next(world, tmp_path):
    # A run whose process is gone: its state directory bears the number of one that has ended.
    gone = subprocess.Popen(["true"])
    gone.wait()
    servers = world({"alpha": ":"})
    services.STATE.mkdir(parents=True)
    left = services.STATES / str(gone.pid)
    port = services.free_port("alpha", set())
    env = {**os.environ, "SERVICES_STATE": str(left), "ALPHA_PORT": str(port)}
    subprocess.run([services.SCRIPTS / "alpha.sh", "start"], env=env, check=True, capture_output=True)
    assert answers(f"http://127.0.0.1:{port}/")
    assert servers.start(tmp_path / "log") == ""
    assert not answers(f"http://127.0.0.1:{port}/")
    assert not left.exists()


def test_a_signal_stops_the_servers(world, tmp_path):
    world({"alpha": ":"})
    program = tmp_path / "runner.py"
    program.write_text(textwrap.dedent(f"""\
        import pathlib, sys
        sys.path.insert(0, {str(ROOT / "ci")!r})
        import services
        services.SCRIPTS = pathlib.Path({str(services.SCRIPTS)!r})
        services.STATES = pathlib.Path({str(tmp_path / "others")!r})
        services.STATE = services.STATES / str(services.os.getpid())
        services.REQUIRED = {{"alpha": ("ALPHA_PORT", "VAMS_TEST_ALPHA")}}
        services.OPTIONAL = {{}}
        sys.argv = ["services.py", "sh", "-c", "echo $VAMS_TEST_ALPHA; exec sleep 60"]
        sys.exit(services.main())
    """))
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as runner:
        address = runner.stdout.readline().strip()
        assert answers(address)
        runner.terminate()
        assert runner.wait(60) == 128 + 15
    assert not answers(address)


def runs(pid):
    """Not so of one that has ended and waits for its parent to ask: within a chroot or a container that may be never."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_status_tells_whether_it_runs(world, tmp_path):
    world({"alpha": ":"})
    env = {**os.environ, "SERVICES_STATE": str(tmp_path / "state"), "ALPHA_PORT": str(services.free_port("alpha", set()))}
    script = services.SCRIPTS / "alpha.sh"
    verb = lambda *args: subprocess.run([script, *args], env=env, capture_output=True, text=True, check=False).returncode
    assert verb("status") == 3
    assert verb("start") == 0
    pid = int(pathlib.Path(tmp_path / "state/run/alpha.pid").read_text().split()[0])
    assert verb("start") == 0, "once more does nothing"
    assert verb("status") == 0
    assert verb("stop") == 0
    deadline = time.monotonic() + 10
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)
    assert verb("status") == 3
    assert verb("frobnicate") == 64
