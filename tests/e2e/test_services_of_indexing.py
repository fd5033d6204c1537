"""The indexers as services, the doctor and the plan, on an embedded VAMS."""

import json
import signal

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, document_ids


def test_a_service_catches_up_and_confirms(migrate, migrated):
    migrate("local", "add", "asset", "models", "lathe", "--bucket", "model-files", "--local", migrated)
    ran = migrate("indexer", "assets", "--local", migrated, "--until-idle", "1s", "--output", "json")
    assert set(ran.json) == {"taken", "indexed", "partial", "deleted", "skipped", "invalid", "set_aside"}
    assert ran.json["indexed"] == 1
    assert "models#lathe" in document_ids(migrated, "asset")
    again = migrate("indexer", "assets", "--local", migrated, "--until-idle", "1s", "--output", "json")
    assert again.json["taken"] == 0, "what was taken is confirmed"


def test_the_file_indexer_takes_what_is_in_the_queue(migrate, migrated, tmp_path):
    (tmp_path / "new.obj").write_text("o new")
    migrate("local", "add", "file", "models", "pump", tmp_path / "new.obj", "--local", migrated)
    assert "models#pump#/new.obj" not in document_ids(migrated, "file")
    ran = migrate("indexer", "files", "--local", migrated, "--until-idle", "1s", "--output", "json")
    assert ran.json["indexed"] == 1
    assert "models#pump#/new.obj" in document_ids(migrated, "file")


def test_sigterm_ends_a_service_with_success(start, imported):
    service = start("vams-migrate", "indexer", "files", "--local", imported)
    assert "at work" in service.stderr.readline()
    service.send_signal(signal.SIGTERM)
    rest = service.communicate(timeout=20)[1]
    assert service.returncode == 0, rest
    assert "has stopped" in rest


@pytest.mark.parametrize("which", ["assets", "files"])
def test_a_service_without_an_index_is_refused(migrate, imported, which):
    migrate("rollback", "--indexes", "--delete", "--yes", "vams-assets-v1,vams-files-v1", "--local", imported)
    ran = migrate("indexer", which, "--local", imported, "--until-idle", "1s", expect=3)
    assert "there is no index" in ran.err and "indexes create" in ran.err


def test_a_time_that_is_none(migrate, imported):
    assert "--until-idle" in migrate("indexer", "assets", "--local", imported, "--until-idle", "soon", expect=2).err


def test_the_doctor_finds_nothing_wrong(migrate, imported):
    ran = migrate("doctor", "--local", imported)
    assert "A run can start." in ran.out
    states = migrate("doctor", "--local", imported, "--output", "json").json
    assert states["ok"] is True
    assert {check["state"] for check in states["checks"]} == {"ok"}, json.dumps(states, indent=1)


def test_the_doctor_changes_nothing(migrate, imported):
    before = contents(imported)
    migrate("doctor", "--local", imported)
    assert contents(imported) == before


def test_the_doctor_names_what_is_wrong_with_its_fix(migrate, imported):
    migrate("rollback", "--indexes", "--delete", "--yes", "vams-assets-v1,vams-files-v1", "--local", imported)
    ran = migrate("doctor", "--local", imported, expect=3)
    assert "failed    index vams-assets-v1: there is none" in ran.out
    assert "fix: vams-migrate indexes create" in ran.out
    assert "2 checks failed. Fix them before a run." in ran.out


def test_the_doctor_of_no_vams(migrate, tmp_path):
    ran = migrate("doctor", "--local", tmp_path / "none", expect=3)
    assert "failed    embedded VAMS: " in ran.out


def test_the_plan_counts_and_changes_nothing(migrate, imported):
    before = contents(imported)
    ran = migrate("plan", "--local", imported)
    assert f"Assets: {EXPECTED_ASSETS} would be touched" in ran.out
    assert f"Files: {EXPECTED_FILES} of " in ran.out
    assert "skipped: " in ran.out
    assert contents(imported) == before
    assert not document_ids(imported, "asset")


def test_the_plan_as_json(migrate, imported):
    plan = migrate("plan", "--local", imported, "--output", "json").json
    assert plan["assets"]["total_count"] == EXPECTED_ASSETS
    assert plan["files"]["total_count"] == EXPECTED_FILES
    assert plan["usd"].keys() == {"run", "downstream"}
    assert all({"what", "downstream", "requests", "usd"} == set(one) for one in plan["requests"])
    assert plan["seconds_at_allowed_rate"] is None


def test_the_plan_of_a_part(migrate, imported):
    plan = migrate("plan", "--local", imported, "--limit", "1", "--max-rate", "0.5", "--output", "json").json
    assert plan["limit"] == 1
    assert plan["assets"]["total_count"] == 1 and plan["files"]["total_count"] == 1
    assert plan["seconds_at_allowed_rate"] == 4
