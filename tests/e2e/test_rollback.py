"""`rollback`: takes the reindex dates off the assets; with --indexes also empties the two indexes, after asking."""

import os
import pty
import sqlite3

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, document_ids

NAMES = ["--yes", "vams-assets-v1", "--yes", "vams-files-v1"]


def dates(directory):
    """How many asset records have a date, null in its place, nothing."""
    database = sqlite3.connect(f"file:{directory}/vams.db?mode=ro", uri=True)
    items = [item for (item,) in database.execute("SELECT item FROM assets")]
    database.close()
    found = [item for item in items if "_os_reindex_date" in item]
    null = [item for item in found if '"_os_reindex_date":{"NULL":true}' in item.replace(" ", "")]
    return len(found) - len(null), len(null), len(items) - len(found)


def test_removes_every_date_and_nothing_else(migrate, migrated):
    assert dates(migrated) == (EXPECTED_ASSETS, 0, 0)
    indexes = document_ids(migrated, "asset"), document_ids(migrated, "file")
    ran = migrate("rollback", "--local", migrated)
    assert ran.out == f"Removed _os_reindex_date from {EXPECTED_ASSETS} of {EXPECTED_ASSETS} assets\n"
    assert dates(migrated) == (0, 0, EXPECTED_ASSETS)
    assert (document_ids(migrated, "asset"), document_ids(migrated, "file")) == indexes
    migrate("verify", "--local", migrated)
    assert migrate("rollback", "--local", migrated).out == f"Removed _os_reindex_date from 0 of {EXPECTED_ASSETS} assets\n"


def test_dry_run_changes_nothing(migrate, migrated):
    before = contents(migrated)
    ran = migrate("rollback", "--local", migrated, "--dry-run")
    assert ran.out == f"Would remove _os_reindex_date from {EXPECTED_ASSETS} of {EXPECTED_ASSETS} assets\n"
    migrate("rollback", "--local", migrated, "--dry-run", "--indexes")
    assert contents(migrated) == before


def test_to_null(migrate, migrated):
    migrate("rollback", "--local", migrated, "--to-null")
    assert dates(migrated) == (0, EXPECTED_ASSETS, 0)
    assert " 0 of " in migrate("rollback", "--local", migrated, "--to-null").out
    migrate("rollback", "--local", migrated)
    assert dates(migrated) == (0, 0, EXPECTED_ASSETS)


@pytest.mark.parametrize("selection, left", [
    (["--database", "models"], 6),  # the archived one belongs to it
    (["--database", "scans"], 4),
    (["--asset", "pump"], 9),
    (["--database", "scans", "--asset", "pump"], 10),
    (["--limit", "3"], 7),
])
def test_a_part_of_it(migrate, migrated, selection, left):
    migrate("rollback", "--local", migrated, *selection)
    assert dates(migrated)[0] == left


def test_of_a_vams_that_was_never_migrated(migrate, imported):
    before = contents(imported)
    assert migrate("rollback", "--local", imported).out == f"Removed _os_reindex_date from 0 of {EXPECTED_ASSETS} assets\n"
    assert contents(imported) == before


def test_json(migrate, migrated):
    ran = migrate("rollback", "--local", migrated, "--output", "json")
    assert ran.json["assets"] == {"scanned": EXPECTED_ASSETS, "cleared": EXPECTED_ASSETS, "gone": 0, "failed": 0, "errors": []}


@pytest.mark.parametrize("given", [[], ["--yes", "vams-assets-v1"], ["--yes", "vams-files-v1"], ["--yes", "everything"]])
def test_indexes_are_emptied_only_by_name(migrate, migrated, given):
    before = contents(migrated)
    ran = migrate("rollback", "--local", migrated, "--indexes", *given, expect=2)
    assert "has to be confirmed" in ran.err and "--yes vams-" in ran.err
    assert contents(migrated) == before


def test_indexes_are_emptied(migrate, migrated):
    ran = migrate("rollback", "--local", migrated, "--indexes", *NAMES)
    assert f"Index vams-assets-v1: emptied, {EXPECTED_ASSETS} documents" in ran.out
    assert document_ids(migrated, "asset") == document_ids(migrated, "file") == set()
    migrate("indexes", "check", "--local", migrated)
    migrate("--local", migrated)
    assert len(document_ids(migrated, "file")) == EXPECTED_FILES


def test_indexes_are_deleted_and_made_again(migrate, migrated):
    ran = migrate("rollback", "--local", migrated, "--indexes", "--delete", *NAMES)
    assert "Index vams-files-v1: deleted" in ran.out
    assert "there is no index" in migrate("--local", migrated, expect=3).err
    migrate("indexes", "create", "--local", migrated)
    migrate("--local", migrated)
    assert len(document_ids(migrated, "file")) == EXPECTED_FILES


def test_delete_needs_indexes(migrate, migrated):
    before = contents(migrated)
    assert "--indexes" in migrate("rollback", "--local", migrated, "--delete", expect=2).err
    assert contents(migrated) == before


@pytest.mark.parametrize("typed, code", [("vams-assets-v1\nvams-files-v1\n", 0), ("vams-assets-v1\nyes\n", 2), ("\n", 2)])
def test_on_a_terminal_the_names_are_asked_for(start, migrated, typed, code):
    ours, theirs = pty.openpty()
    process = start("vams-migrate", "rollback", "--indexes", "--local", str(migrated), stdin=theirs)
    os.close(theirs)
    os.write(ours, typed.encode())
    _, err = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == code, err
    assert "Type the name of the index to empty (vams-assets-v1)" in err
    assert (document_ids(migrated, "asset") == set()) == (code == 0)
    assert dates(migrated)[0] == (0 if code == 0 else EXPECTED_ASSETS)
