"""Fixtures of the end-to-end tests: the built programs, fresh directories, and one helper that runs and checks."""

import dataclasses
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Ran:
    """What a program printed and how it ended."""

    args: list
    code: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output as the one JSON value that it must be."""
        return json.loads(self.out)

    def __str__(self):
        return f"$ {' '.join(map(str, self.args))}\nexit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


@pytest.fixture(scope="session")
def binaries():
    """The directory of vams-migrate, vams-reindex and golden-check: VAMS_BIN, by default build/bin."""
    return pathlib.Path(os.environ.get("VAMS_BIN") or ROOT / "build" / "bin").resolve()


@pytest.fixture(scope="session")
def root():
    """The top of the repository."""
    return ROOT


@pytest.fixture
def run(binaries, tmp_path):
    """run("vams-migrate", "--local", d, ..., expect=0) -> Ran: runs a program in the test's own directory.

    `expect` is the exit code, or a tuple of them, or None for any; another one fails the test and shows all that was printed.
    The environment holds nothing of the caller's settings: no VAMS_MIGRATE_*, no AWS_*, a home of its own. `env` adds to it.
    """

    def run_program(program, *args, env=None, expect=0, stdin=None, cwd=None, timeout=120):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("VAMS_MIGRATE_", "AWS_", "XDG_"))}
        clean.update({"HOME": str(tmp_path), "TZ": "UTC", "LC_ALL": "C.UTF-8"})
        clean.update(env or {})
        path = binaries / program
        done = subprocess.run([str(path), *map(str, args)], env=clean, cwd=cwd or tmp_path, timeout=timeout, check=False,
                              capture_output=True, input=stdin if stdin is not None else "", encoding="utf-8", errors="surrogateescape")
        ran = Ran([program, *args], done.returncode, done.stdout, done.stderr)
        codes = (expect,) if isinstance(expect, int) else expect
        assert codes is None or ran.code in codes, f"expected exit code {expect}\n{ran}"
        return ran

    return run_program


@pytest.fixture
def migrate(run):
    """migrate(*args) = run("vams-migrate", *args)."""
    return lambda *args, **options: run("vams-migrate", *args, **options)


@pytest.fixture
def reindex(run):
    """reindex(*args) = run("vams-reindex", *args)."""
    return lambda *args, **options: run("vams-reindex", *args, **options)


@pytest.fixture
def collection(tmp_path):
    """collection({"asset/path/file.obj": b"bytes", ...}) -> the folder that holds these files, for `local import`."""

    def make(files, name="collection"):
        folder = tmp_path / name
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make


@pytest.fixture
def vams(run, tmp_path):
    """A fresh embedded VAMS, without any asset."""
    directory = tmp_path / "vams"
    run("vams-migrate", "local", "init", directory)
    return directory
