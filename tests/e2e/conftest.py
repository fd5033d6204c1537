"""Fixtures of the end-to-end tests: the built programs, fresh directories, and one helper that runs and checks."""

import dataclasses
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import pytest
from aws_fixtures import loopback, make_vams, servers, site  # noqa: F401 (fixtures)

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


def environment(home, extra=None):
    """Nothing of the caller's settings: no VAMS_MIGRATE_*, no AWS_*, a home of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("VAMS_MIGRATE_", "AWS_", "XDG_"))}
    clean.update({"HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    clean.update(extra or {})
    return clean


@pytest.fixture
def run(binaries, tmp_path):
    """run("vams-migrate", "--local", d, ..., expect=0) -> Ran: runs a program in the test's own directory.

    `expect` is the exit code, or a tuple of them, or None for any; another one fails the test and shows all that was printed.
    `env` adds to the environment, which otherwise holds nothing of the caller's settings.
    """
    return runner(binaries, tmp_path)


def runner(binaries, home):
    """What the fixture `run` gives, for any directory."""

    def run_program(program, *args, env=None, expect=0, stdin=None, cwd=None, timeout=120):
        path = binaries / program
        done = subprocess.run([str(path), *map(str, args)], env=environment(home, env), cwd=cwd or home, timeout=timeout,
                              check=False, capture_output=True, input=stdin if stdin is not None else "", encoding="utf-8",
                              errors="surrogateescape")
        ran = Ran([program, *args], done.returncode, done.stdout, done.stderr)
        codes = (expect,) if isinstance(expect, int) else expect
        assert codes is None or ran.code in codes, f"expected exit code {expect}\n{ran}"
        return ran

    return run_program


@pytest.fixture
def start(binaries, tmp_path):
    """start("vams-migrate", ...) -> Popen in the test's own directory, killed at the end of the test if it still runs."""
    started = []

    def start_program(program, *args, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([str(binaries / program), *map(str, args)], env=environment(tmp_path, env), cwd=tmp_path,
                                   encoding="utf-8", errors="surrogateescape", **options)
        started.append(process)
        return process

    yield start_program
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A folder of 300 assets with 1,200 files: enough for a run to be hit in each of its phases."""
    return write_files(tmp_path_factory.mktemp("many"), {f"asset-{a:03}/file-{f}.obj": f"o {a} {f}\n" for a in range(300) for f in range(4)})


@pytest.fixture
def large(migrate, vams, many):
    """A VAMS with these, not yet migrated."""
    migrate("local", "import", many, "--database", "many", "--bucket", "many-files", "--local", vams)
    return vams


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


# Two databases, two buckets, names as people give them, and files that the rules pass over.
MODELS = {
    "robot/robot.obj": "o robot\n",
    "robot/parts/arm.obj": "o arm\n",
    "robot/parts/arm.mtl": "newmtl arm\n",
    "robot/LICENSE": "no extension\n",
    "robot/preview/robot.png": "a preview\n",
    "pump/pump.glb": "glTF pump\n",
    "pump/pump.previewFile.png": "a preview\n",
    "pump/docs/manual.pdf": "%PDF-1.4\n",
    "Café prototypes 100% + extras/with space.obj": "o one\n",
    "Café prototypes 100% + extras/a+b.obj": "o two\n",
    "Café prototypes 100% + extras/100%.obj": "o three\n",
    "Café prototypes 100% + extras/percent%20written.obj": "o four\n",
    "Café prototypes 100% + extras/模型/röd vas.obj": "o five\n",
    "retired/old.obj": "o old\n",
}
SCANS = {f"hall-{n}/scan-{m}.ply": f"ply {n} {m}\n" for n in range(6) for m in range(3)}
EXPECTED_ASSETS = 10  # with the archived one
EXPECTED_FILES = 28
SKIPPED_FILES = 4
ODD = "Caf-prototypes-100-extras-07e7c39d"  # the id that the import makes of the third folder's name


@dataclasses.dataclass(frozen=True)
class Sample:
    """An embedded VAMS as imported, and the same after a migration; never changed, tests take copies."""

    models: pathlib.Path
    scans: pathlib.Path
    imported: pathlib.Path
    migrated: pathlib.Path


def write_files(folder, files):
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


@pytest.fixture(scope="session")
def sample(binaries, tmp_path_factory):
    """The collection that most tests start from; see Sample."""
    home = tmp_path_factory.mktemp("sample")
    migrate = lambda *args: runner(binaries, home)("vams-migrate", *args)
    models = write_files(home / "models", MODELS)
    scans = write_files(home / "scans", SCANS)
    imported = home / "imported"
    migrate("local", "init", imported)
    migrate("local", "import", models, "--database", "models", "--bucket", "model-files", "--tags", "web,toy", "--local", imported)
    migrate("local", "import", scans, "--database", "scans", "--bucket", "scan-files", "--prefix", "2024/", "--local", imported)
    migrate("local", "add", "asset", "models", "retired", "--archived", "--local", imported)
    migrated = home / "migrated"
    shutil.copytree(imported, migrated)
    migrate("--local", migrated)
    return Sample(models, scans, imported, migrated)


@pytest.fixture
def imported(sample, tmp_path):
    """A copy of the sample in the state before a migration: tables and files there, indexes empty."""
    return shutil.copytree(sample.imported, tmp_path / "vams")


@pytest.fixture
def migrated(sample, tmp_path):
    """A copy of the sample after a migration."""
    return shutil.copytree(sample.migrated, tmp_path / "vams")


def contents(directory):
    """Every row of every table of an embedded VAMS, to tell whether anything has changed."""
    found = {}
    for file in sorted(pathlib.Path(directory).glob("*.db")):
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        database.text_factory = bytes
        tables = [name.decode() for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type='table'")
                  if not sql.startswith(b"CREATE VIRTUAL")]
        for table in tables:
            found[f"{file.name}/{table}"] = sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr)
        database.close()
    assert found, f"{directory} holds no database"
    return found


def document_ids(directory, index):
    """The ids in the asset or the file index."""
    database = sqlite3.connect(f"file:{directory}/{index}-index.db?mode=ro", uri=True)
    ids = {row[0] for row in database.execute("SELECT id FROM documents")}
    database.close()
    return ids


def only_report(folder):
    """The one report in a folder of reports."""
    reports = sorted(pathlib.Path(folder).glob("*"))
    assert len(reports) == 1, reports
    return json.loads(reports[0].read_text())


def errors(ran):
    """The error lines; nothing else but hints and notes may be on standard error, and nothing on standard output."""
    lines = ran.err.splitlines()
    assert all(line.startswith(("error: ", "hint: ", "note: ")) for line in lines), ran
    assert ran.out == "", ran
    return [line for line in lines if line.startswith("error: ")]


def one_error(ran):
    found = errors(ran)
    assert len(found) == 1, ran
    return found[0]
