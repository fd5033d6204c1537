"""A directory that is no VAMS, that is damaged or that may not be read: one clear message, exit code 3, and nothing changed."""

import os
import shutil
import sqlite3
import subprocess

import pytest
from conftest import contents, one_error

COMMANDS = [["--local"], ["--dry-run", "--local"], ["verify", "--local"], ["local", "status", "--local"], ["rollback", "--local"],
            ["local", "index", "--local"], ["indexes", "show", "--local"], ["local", "search", "files", "x", "--local"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("make", ["missing", "empty", "other", "file"])
def test_no_vams(migrate, tmp_path, command, make):
    place = tmp_path / "place"
    if make == "file":
        place.write_text("a file")
    elif make != "missing":
        place.mkdir()
    if make == "other":
        (place / "notes.txt").write_text("mine")
    message = one_error(migrate(*command, place, expect=3))
    assert message == f"error: {place} is no VAMS directory"
    assert place.exists() == (make != "missing")
    if make == "other":
        assert [p.name for p in place.iterdir()] == ["notes.txt"]
    assert not (tmp_path / "vams-migrate-state").exists() and not (tmp_path / "reports").exists()


def damage_text(directory):
    (directory / "vams.db").write_text("hello\n")


def damage_empty(directory):
    (directory / "objects.db").write_bytes(b"")


def damage_swapped(directory):
    shutil.copy(directory / "objects.db", directory / "vams.db")


def damage_foreign(directory):
    (directory / "file-index.db").unlink()
    database = sqlite3.connect(directory / "file-index.db")
    database.execute("CREATE TABLE mine(x)")
    database.commit()
    database.close()


def damage_cut(directory):
    with open(directory / "vams.db", "r+b") as file:
        file.truncate(20_000)


def damage_missing(directory):
    (directory / "objects.db").unlink()


def damage_newer(directory):
    database = sqlite3.connect(directory / "asset-index.db")
    database.execute("PRAGMA user_version=99")
    database.close()


@pytest.mark.parametrize("damage, named", [
    (damage_text, "vams.db: is no database file"),
    (damage_empty, "objects.db: is no database file"),
    (damage_swapped, "vams.db: is a database of another program or another part"),
    (damage_foreign, "file-index.db: is a database of another program or another part"),
    (damage_cut, "vams.db: is damaged"),
    (damage_missing, "objects.db is missing"),
    (damage_newer, "asset-index.db: has format 99"),
])
@pytest.mark.parametrize("command", [["--local"], ["verify", "--local"], ["local", "status", "--local"]], ids=" ".join)
def test_a_foreign_or_damaged_file(migrate, imported, damage, named, command):
    damage(imported)
    files = {p.name: p.read_bytes() for p in imported.iterdir()}
    ran = migrate(*command, imported, expect=3)
    assert named in one_error(ran) and "hint: " in ran.err
    after = {p.name: p.read_bytes() for p in imported.iterdir() if not p.name.endswith(("-wal", "-shm", ".lock"))}
    assert after == files


def test_a_file_of_another_vams(migrate, imported, tmp_path):
    other = tmp_path / "other"
    migrate("local", "init", other)
    shutil.copy(other / "asset-index.db", imported / "asset-index.db")
    assert "asset-index.db: belongs to another VAMS directory" in one_error(migrate("--local", imported, expect=3))


def test_damage_in_the_middle_of_a_run_is_told_and_ends_it(migrate, imported):
    # The header and schema are sound, so that only reading the rows finds it.
    with open(imported / "vams.db", "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(8 * 4096)
        file.write(b"\xa5" * (size - 8 * 4096))
    ran = migrate("--local", imported, expect=3)
    assert "vams.db: is damaged" in ran.err + ran.out


def test_init_refuses_what_is_there(migrate, imported, tmp_path):
    before = contents(imported)
    assert "is a VAMS directory already" in one_error(migrate("local", "init", imported, expect=3))
    assert contents(imported) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    assert "is not empty" in one_error(migrate("local", "init", tmp_path / "mine", expect=3))
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_an_unreadable_directory(run, migrated, binaries):
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root reads everything, and there is no setpriv to become somebody else")
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    # Not below pytest's own directory, which nobody else may enter.
    place = subprocess.run(["mktemp", "-d", "/tmp/vams-e2e-XXXXXX"], check=True, capture_output=True, text=True).stdout.strip()
    try:
        program = shutil.copy(binaries / "vams-migrate", place)
        hidden = shutil.copytree(migrated, f"{place}/vams")
        os.chmod(place, 0o755)
        os.chmod(hidden, 0)
        for command in (["--local"], ["verify", "--local"], ["local", "status", "--local"]):
            done = subprocess.run([*as_nobody, program, *command, hidden], capture_output=True, text=True, check=False, cwd="/")
            assert (done.returncode, done.stdout) == (3, ""), done
            assert done.stderr.startswith(f"error: {hidden}: cannot be read (Permission denied)\nhint: "), done
    finally:
        os.chmod(f"{place}/vams", 0o755)
        shutil.rmtree(place)
