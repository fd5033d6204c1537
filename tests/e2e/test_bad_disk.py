"""Full and read-only file systems, and others at work in the same directory."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
import time

import pytest
from conftest import EXPECTED_FILES, contents, document_ids, one_error


@contextlib.contextmanager
def mounted(folder, size):
    """A small file system; yields a function that makes it read-only."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, text=True, check=False) \
        if os.geteuid() == 0 and shutil.which("mount") else None
    if done is None or done.returncode != 0:
        pytest.skip("mounting a small file system is not allowed here: " + (done.stderr.strip() if done else "not root"))
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave):
    """Fills the file system but for `leave` bytes."""
    free = os.statvfs(folder)
    with open(folder / "fill", "wb") as file:
        file.write(b"\0" * max(0, free.f_bavail * free.f_frsize - leave))


@pytest.mark.parametrize("leave", [0, 16_384, 40_960, 65_536, 81_920, 98_304, 131_072])
def test_a_full_disk_ends_the_run_and_loses_nothing(migrate, imported, tmp_path, leave):
    with mounted(tmp_path / "small", "4m"):
        vams = shutil.copytree(imported, tmp_path / "small" / "vams")
        fill(tmp_path / "small", leave)
        ran = migrate("--local", vams, expect=(0, 1, 3), timeout=60)
        if ran.code != 0:
            assert "no space left on the file system" in ran.err + ran.out
        if leave == 0:
            assert ran.code == 3 and "no space left" in one_error(ran)
        (tmp_path / "small" / "fill").unlink()
        migrate("--local", vams)
        migrate("verify", "--local", vams)
        assert len(document_ids(vams, "file")) == EXPECTED_FILES


@pytest.mark.parametrize("how", [[], ["--copy"]])
def test_a_full_disk_stops_an_import_as_a_whole(migrate, vams, sample, tmp_path, how):
    with mounted(tmp_path / "small", "2m"):
        small = shutil.copytree(vams, tmp_path / "small" / "vams")
        fill(tmp_path / "small", 40_000)
        before = contents(vams)
        big = tmp_path / "big"
        for n in range(400):
            (big / f"asset-{n}").mkdir(parents=True)
            (big / f"asset-{n}" / "file.obj").write_text("x" * 500)
        ran = migrate("local", "import", big, "--database", "big", "--local", small, *how, expect=3)
        assert "no space left" in one_error(ran)
        (tmp_path / "small" / "fill").unlink()
        assert contents(small) == before
        migrate("local", "import", sample.models, "--database", "models", "--local", small, *how)
        migrate("--local", small)


def test_no_space_for_the_report_or_the_state(migrate, imported, tmp_path):
    with mounted(tmp_path / "small", "64k"):
        fill(tmp_path / "small", 0)
        before = contents(imported)
        for flag in ("--report-dir", "--state-dir"):
            ran = migrate("--local", imported, flag, tmp_path / "small" / "out", expect=3)
            assert "No space left on device" in one_error(ran)
        assert contents(imported) == before


def test_a_read_only_directory(migrate, sample, tmp_path):
    with mounted(tmp_path / "small", "4m") as make_read_only:
        vams = shutil.copytree(sample.migrated, tmp_path / "small" / "vams")
        make_read_only()
        before = {p.name: p.read_bytes() for p in vams.iterdir()}
        (tmp_path / "f.obj").write_text("f")
        for command in ([], ["rollback"], ["local", "index"], ["verify", "--repair"], ["local", "import", sample.models, "--database", "more"],
                        ["local", "add", "asset", "models", "robot", "--tags", "x"], ["local", "add", "file", "models", "robot", "f.obj"],
                        ["local", "documents", "delete", "assets", "models#robot"]):
            ran = migrate(*command, "--local", vams, expect=3)
            assert any(word in one_error(ran) for word in ("cannot be written to", "Read-only file system")), ran
            assert "hint: " in ran.err, ran
        ran = migrate("local", "documents", "put", "assets", "models#robot", "--local", vams, stdin="{}", expect=3)
        assert "cannot be written to" in one_error(ran)
        ran = migrate("local", "init", tmp_path / "small" / "new", expect=3)
        one_error(ran)
        # What only reads works.
        migrate("verify", "--local", vams)
        migrate("--local", vams, "--dry-run")
        migrate("local", "status", "--local", vams)
        assert "pump.glb" in migrate("local", "search", "files", "pump", "--local", vams).out
        assert {p.name: p.read_bytes() for p in vams.iterdir()} == before


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_second_run_at_the_same_time_is_refused(migrate, start, imported):
    first = start("vams-migrate", "--local", imported, "--max-rate", "10")
    lock = imported / "run.lock"
    wait_for(lambda: lock.exists() and lock.read_text().endswith("\n"))
    for command in ([], ["rollback"], ["local", "index"], ["verify", "--repair"]):
        ran = migrate(*command, "--local", imported, expect=3)
        assert f"another run is at work on this VAMS: process {first.pid} holds" in one_error(ran), ran
    migrate("--local", imported, "--dry-run")
    migrate("verify", "--local", imported, expect=(0, 1))
    migrate("local", "status", "--local", imported)
    assert first.wait(60) == 0, first.stderr.read()
    migrate("--local", imported)


@contextlib.contextmanager
def write_lock(path, seconds):
    """Another process's write transaction on a database file."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(seconds, lambda: database.execute("ROLLBACK"))
    timer.start()
    try:
        yield
    finally:
        timer.join()
        database.close()


@pytest.mark.parametrize("file", ["vams.db", "objects.db", "asset-index.db", "file-index.db"])
def test_a_run_waits_for_another_writer(migrate, imported, file):
    with write_lock(imported / file, 2):
        migrate("--local", imported)
    migrate("verify", "--local", imported)


@pytest.mark.skipif(not os.environ.get("VAMS_DEEP"), reason="takes more than half a minute; ./dev test --deep")
@pytest.mark.parametrize("command", [["local", "add", "asset", "models", "robot", "--tags", "x"], ["rollback"]], ids=" ".join)
def test_a_writer_that_does_not_end_is_named(migrate, migrated, command):
    with write_lock(migrated / "vams.db", 40):
        ran = migrate(*command, "--local", migrated, expect=(1, 3))
        assert "vams.db: another process is writing to it" in ran.err
