"""`indexes create|show|check`, and what a run does on indexes that are not as they should be."""

import json
import sqlite3

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents


def change_definition(directory, index, change):
    """Changes the stored definition of an index, as somebody may have made it by hand."""
    database = sqlite3.connect(directory / f"{index}-index.db")
    (text,) = database.execute("SELECT value FROM meta WHERE name='definition'").fetchone()
    definition = json.loads(text)
    change(definition)
    database.execute("UPDATE meta SET value=? WHERE name='definition'", (json.dumps(definition),))
    database.commit()
    database.close()


def test_show(migrate, migrated):
    text = migrate("indexes", "show", "--local", migrated).out
    assert f"vams-assets-v1: {EXPECTED_ASSETS} documents" in text and f"vams-files-v1: {EXPECTED_FILES} documents" in text
    shown = migrate("indexes", "show", "--local", migrated, "--output", "json").json["indexes"]
    assert [(i["name"], i["exists"], i["documents"]) for i in shown] == [
        ("vams-assets-v1", True, EXPECTED_ASSETS), ("vams-files-v1", True, EXPECTED_FILES)]


def test_the_definitions_are_the_deployed_ones(migrate, migrated, root):
    shown = migrate("indexes", "show", "--local", migrated, "--output", "json").json["indexes"]
    for index, file in zip(shown, ("mapping_asset.json", "mapping_file.json")):
        assert index["definition"] == json.loads((root / "tests/fixtures/golden" / file).read_text())


def test_check_of_right_ones(migrate, migrated):
    before = contents(migrated)
    assert migrate("indexes", "check", "--local", migrated).out == "vams-assets-v1: as it should be\nvams-files-v1: as it should be\n"
    assert migrate("indexes", "check", "--local", migrated, "--output", "json").json["ok"] is True
    assert contents(migrated) == before


def test_create_leaves_what_is_there(migrate, migrated):
    before = contents(migrated)
    ran = migrate("indexes", "create", "--local", migrated)
    assert ran.out.count("there already, left as it is") == 2
    assert contents(migrated) == before


def drop(migrate, directory):
    migrate("rollback", "--indexes", "--delete", "--yes", "vams-assets-v1", "--yes", "vams-files-v1", "--local", directory)


def test_missing_ones(migrate, migrated):
    drop(migrate, migrated)
    assert migrate("indexes", "check", "--local", migrated, expect=1).out.count("there is no such index") == 2
    assert [i["exists"] for i in migrate("indexes", "show", "--local", migrated, "--output", "json").json["indexes"]] == [False, False]
    assert "missing" in migrate("local", "status", "--local", migrated).out
    made = migrate("indexes", "create", "--local", migrated, "--output", "json").json["indexes"]
    assert [i["created"] for i in made] == [True, True]
    migrate("indexes", "check", "--local", migrated)


@pytest.mark.parametrize("command, code", [
    ([], 3), (["--dry-run"], 3), (["verify"], 1), (["verify", "--repair"], 3),
    (["local", "search", "files", "pump"], 3), (["local", "documents", "get", "files", "x"], 3),
])
def test_commands_on_missing_ones(migrate, migrated, command, code):
    drop(migrate, migrated)
    ran = migrate(*command, "--local", migrated, expect=code)
    assert "no such index" in ran.out + ran.err or "there is no index" in ran.out + ran.err
    if code == 3:
        assert ran.out == "" and ran.err.startswith("error: ")


def test_verify_counts_everything_as_missing_without_indexes(migrate, migrated):
    drop(migrate, migrated)
    verification = migrate("verify", "--local", migrated, "--output", "json", expect=1).json["verification"]
    assert verification["asset_index"]["exists"] is False and verification["asset_index"]["missing"] == EXPECTED_ASSETS
    assert verification["file_index"]["missing"] == EXPECTED_FILES and verification["overall_success"] is False


def test_a_wrong_mapping_is_found_and_refused(migrate, imported):
    change_definition(imported, "file", lambda d: d["mappings"]["properties"].pop("str_key"))
    ran = migrate("indexes", "check", "--local", imported, expect=1)
    assert "vams-files-v1: differs" in ran.out and "str_key" in ran.out and "vams-assets-v1: as it should be" in ran.out
    checked = migrate("indexes", "check", "--local", imported, "--output", "json", expect=1).json
    assert checked["ok"] is False and [len(i["differences"]) for i in checked["indexes"]] == [0, 1]
    before = contents(imported)
    ran = migrate("--local", imported, expect=3)
    assert "vams-files-v1 differs from what VAMS makes" in ran.err and "indexes check" in ran.err and ran.out == ""
    assert contents(imported) == before
