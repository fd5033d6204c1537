"""Fixtures of the end-to-end tests of the AWS backend; conftest.py brings them in."""

import contextlib
import json
import os
import signal
import subprocess

import pytest
from aws_deployment import Deployment
from aws_site import TEST_VARIABLES, Servers, half_set, loopback_site, real_site

STOPPING = 30  # seconds that an indexer has to drain
IDLE = "2s"  # without anything new, after which one that catches up ends


@pytest.fixture(scope="session")
def servers():
    """servers() -> the endpoints of AWS and OpenSearch on loopback; starts both when first asked, unless the environment names some that
    run already. One that cannot start is a failure. Whatever is made on them has to depend on this fixture, to be removed before they stop."""
    with contextlib.ExitStack() as started:
        known = []

        def endpoints():
            unset = half_set(TEST_VARIABLES, os.environ)
            if unset:
                pytest.fail(f"{' and '.join(unset)} not set, though the other one is", pytrace=False)
            if not known:
                named = os.environ.get(TEST_VARIABLES[0])
                known.extend([os.environ[name] for name in TEST_VARIABLES] if named else started.enter_context(Servers()).endpoints)
            return known

        yield endpoints


@pytest.fixture(scope="session")
def loopback(servers):
    """Servers on loopback, whatever account the other tests use."""
    return loopback_site(*servers(), "e2e")


@pytest.fixture(scope="session")
def site(request):
    """The account of the tests: servers on loopback, or the real one that the environment names (HACKING.md)."""
    real = real_site(os.environ)
    return request.getfixturevalue("loopback") if real is None else real


class Vams:
    """A deployment and the programs pointed at it, in a directory of their own. Commands take what `run` of conftest.py takes."""

    def __init__(self, deployment, run, binaries, home):
        self.deployment, self.site, self.home = deployment, deployment.site, home
        self.binaries = binaries
        self.run_program = run
        self.config = self.write_config("config.json")
        self.services = []

    def write_config(self, name, **changes):
        """A configuration file with these keys changed; None leaves one out."""
        path = self.home / name
        path.write_text(json.dumps(self.deployment.config(**changes), indent=4))
        return path

    def environment(self, env=None):
        """The site's, with changes; a change to None leaves a variable out."""
        return {name: value for name, value in {**self.site.environment, **(env or {})}.items() if value is not None}

    def run(self, program, *args, env=None, **options):
        return self.run_program(program, *args, env=self.environment(env), **{"timeout": 300, **options})

    def migrate(self, *args, config=None, **options):
        """vams-migrate VERB... --config F: the configuration follows the arguments."""
        return self.run("vams-migrate", *args, "--config", config or self.config, **options)

    def queue_arguments(self, role):
        # One of them keeps the files as their metadata is, that is enough.
        return ["indexer", "files", "--queue", self.deployment.queues[role]] + ([] if role == "plain" else ["--no-metadata-stream"])

    def start_indexers(self, *args, config=None, env=None):
        """The four services, in the background, each with a state of its own."""
        self.serve("assets", "indexer", "assets", *args, config=config, env=env)
        for role in self.deployment.queues:
            self.serve(f"files-{role}", *self.queue_arguments(role), *args, config=config, env=env)

    def serve(self, name, *args, config=None, env=None):
        from conftest import environment  # conftest.py brings this module in

        log = (self.home / f"{name}.log").open("ab")
        command = [str(self.binaries / "vams-migrate"), *args, "--config", str(config or self.config), "--state-dir", str(self.home / f"state-{name}")]
        self.services.append((name, subprocess.Popen(command, cwd=self.home, env=environment(self.home, self.environment(env)),
                                                     stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)))

    def catch_up(self, config=None, env=None):
        """Lets the indexers do all that waits, and end."""
        for _ in range(5):
            self.start_indexers("--until-idle", IDLE, config=config, env=env)
            codes = {name: process.wait(120) for name, process in self.services}
            self.services = []
            assert set(codes.values()) == {0}, f"{codes}\n{self.logs()}"
            if not any(self.deployment.queued(role) for role in self.deployment.queues):
                return
        raise AssertionError(f"the queues do not become empty\n{self.logs()}")

    def stop_indexers(self):
        """Asks them to stop; returns {name: exit code}."""
        for _, process in self.services:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        codes = {}
        for name, process in self.services:
            try:
                codes[name] = process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()
                codes[name] = f"killed after {STOPPING} s: {process.wait()}"
        self.services = []
        return codes

    def logs(self):
        return {path.stem: path.read_text(errors="replace") for path in self.home.glob("*.log")}


@pytest.fixture(scope="session")
def make_vams(request, servers, binaries, tmp_path_factory):
    """make_vams(name, assets=N, files=N) -> Vams whose deployment and indexes are there; all is removed at the end of the session."""
    from conftest import runner  # conftest.py brings this module in

    made = []

    def make(name, assets, files, indexes=True, where=None):
        home = tmp_path_factory.mktemp(name)
        deployment = Deployment(where or request.getfixturevalue("site"), name, assets, files)
        made.append(deployment)
        deployment.create()
        vams = Vams(deployment, runner(binaries, home), binaries, home)
        made.append(vams)
        if indexes:
            vams.migrate("indexes", "create")
        return vams

    yield make
    for one in reversed(made):
        if isinstance(one, Vams):
            one.stop_indexers()
        else:
            one.remove()
