"""The exact comparison: what is changed behind the program's back is named, no more and no less, and can be repaired."""

import json
import pathlib
import time

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, ODD, contents, document_ids, only_report


@pytest.fixture
def local(migrate, migrated):
    """local("documents", "get", ...) = vams-migrate local ... --local DIR."""
    return lambda *args, **options: migrate("local", *args, "--local", migrated, **options)


@pytest.fixture
def change(local):
    """change(index, id, field=value, ...) writes a document again with these fields changed; None removes one."""

    def change_document(index, name, **fields):
        document = local("documents", "get", index, name).json
        document.update(fields)
        document = {key: value for key, value in document.items() if value is not None}
        local("documents", "put", index, name, stdin=json.dumps(document))

    return change_document


def found(ran):
    return {(f["index"], f["id"], f["kind"], f["cause"]) for f in ran.json["findings"] if f["kind"] != "skipped"}


SIX = {
    ("assets", "scans#hall-1", "missing", "not in the index"),
    ("files", "models#robot#/robot.obj", "missing", "not in the index"),
    ("files", f"models#{ODD}#/模型/röd vas.obj", "missing", "not in the index"),
    ("assets", "models#pump", "stale", "field list_tags differs"),
    ("files", "scans#hall-3#/scan-1.ply", "stale", "field list_tags differs"),
    ("files", "models#robot#/gone.obj", "unexpected", "no object that the rules index"),
}


@pytest.fixture
def six_changes(local, change):
    """3 documents deleted, a tag changed in 2, 1 added that has no source; touching none."""
    local("documents", "delete", "assets", "scans#hall-1")
    local("documents", "delete", "files", "models#robot#/robot.obj")
    local("documents", "delete", "files", f"models#{ODD}#/模型/röd vas.obj")
    change("assets", "models#pump", list_tags=["web", "other"])
    change("files", "scans#hall-3#/scan-1.ply", list_tags=["new"])
    local("documents", "put", "files", "models#robot#/gone.obj", stdin='{"str_key": "/gone.obj"}')


def test_a_fresh_migration_is_exact(migrate, migrated):
    before = contents(migrated)
    ran = migrate("verify", "--local", migrated)
    assert ran.out.splitlines()[-1] == "Everything is as it should be."
    assert contents(migrated) == before
    verification = migrate("verify", "--local", migrated, "--output", "json").json["verification"]
    assert verification["overall_success"] is True
    assert verification["asset_index"]["ok"] == EXPECTED_ASSETS
    assert verification["file_index"]["ok"] == EXPECTED_FILES


def test_before_a_migration_everything_is_missing(migrate, imported):
    verification = migrate("verify", "--local", imported, "--output", "json", expect=1).json["verification"]
    assert verification["asset_index"]["missing"] == EXPECTED_ASSETS
    assert verification["file_index"]["missing"] == EXPECTED_FILES
    assert verification["file_index"]["success_rate"] == 0.0


def test_names_exactly_the_six_changes(migrate, migrated, six_changes):
    before = contents(migrated)
    ran = migrate("verify", "--local", migrated, "--output", "json", expect=1)
    assert found(ran) == SIX
    verification = ran.json["verification"]
    assert verification["overall_success"] is False
    counts = lambda index: tuple(verification[index][kind] for kind in ("ok", "missing", "stale", "unexpected"))
    assert counts("asset_index") == (EXPECTED_ASSETS - 2, 1, 1, 0)
    assert counts("file_index") == (EXPECTED_FILES - 3, 2, 1, 1)
    assert contents(migrated) == before


def test_names_them_in_text_too(migrate, migrated, six_changes):
    ran = migrate("verify", "--local", migrated, expect=1)
    findings = [line for line in ran.out.splitlines() if line.startswith(("missing ", "stale ", "unexpected "))]
    assert len(findings) == 6
    for index, name, kind, cause in SIX:
        assert any(line.startswith(kind) and f" {index} " in line and f" {name} " in line and line.endswith(f"({cause})") for line in findings), name


def test_explain_shows_both_values(migrate, migrated, six_changes):
    ran = migrate("verify", "--local", migrated, "--explain", expect=1)
    assert '["web","other"]' in ran.out.replace(" ", "") and '["web","toy"]' in ran.out.replace(" ", "")


def test_repair_puts_all_six_right(migrate, migrated, six_changes):
    ran = migrate("verify", "--local", migrated, "--repair", "--remove-unexpected", "--output", "json")
    assert ran.json["repair"] == {"assets": 2, "files": 3, "files_indexed_directly": 0, "removed": 1, "failed": 0}
    assert found(ran) == set()
    migrate("verify", "--local", migrated)
    assert "models#robot#/gone.obj" not in document_ids(migrated, "file")


def test_repair_in_text(migrate, migrated, six_changes):
    ran = migrate("verify", "--local", migrated, "--repair", "--remove-unexpected")
    assert "Repair: sent 2 assets and 3 files again, removed 1 documents, 0 failed" in ran.out
    assert ran.out.splitlines()[-1] == "Everything is as it should be."


def test_repair_alone_leaves_what_is_unexpected(migrate, migrated, six_changes):
    ran = migrate("verify", "--local", migrated, "--repair", "--output", "json", expect=1)
    assert found(ran) == {("files", "models#robot#/gone.obj", "unexpected", "no object that the rules index")}


def test_remove_unexpected_needs_repair(migrate, migrated, six_changes):
    before = contents(migrated)
    ran = migrate("verify", "--local", migrated, "--remove-unexpected", expect=2)
    assert "--repair" in ran.err
    assert contents(migrated) == before


def test_repair_of_a_right_index_does_nothing(migrate, migrated):
    before = contents(migrated)
    migrate("verify", "--local", migrated, "--repair", "--remove-unexpected")
    assert contents(migrated) == before


def test_repair_writes_the_missing_again_and_touches_no_other(migrate, migrated, six_changes, local):
    untouched = local("documents", "get", "files", "models#pump#/pump.glb").json
    migrate("verify", "--local", migrated, "--repair", "--remove-unexpected")
    assert local("documents", "get", "files", "models#pump#/pump.glb").json == untouched
    assert local("documents", "get", "assets", "models#pump").json["list_tags"] == ["web", "toy"]


def test_a_run_after_changes_repairs_but_removes_nothing(migrate, migrated, six_changes, tmp_path):
    migrate("--local", migrated, expect=1)
    verification = only_report(tmp_path / "reports")["verification"]
    assert verification["file_index"]["unexpected"] == 1
    assert verification["file_index"]["missing"] == verification["asset_index"]["missing"] == 0
    assert verification["overall_success"] is False


def test_a_tag_on_the_record_makes_the_asset_and_its_files_stale(migrate, migrated, local):
    local("add", "asset", "models", "pump", "--tags", "web,toy,hydraulic")
    ran = migrate("verify", "--local", migrated, "--output", "json", expect=1)
    assert found(ran) == {
        ("assets", "models#pump", "stale", "field list_tags differs"),
        ("files", "models#pump#/pump.glb", "stale", "field list_tags differs"),
        ("files", "models#pump#/docs/manual.pdf", "stale", "field list_tags differs"),
    }
    # The change still waits in the stream; indexing it puts the asset right, not the files, as on a deployed VAMS.
    local("index")
    ran = migrate("verify", "--local", migrated, "--output", "json", expect=1)
    assert {name for _, name, _, _ in found(ran)} == {"models#pump#/pump.glb", "models#pump#/docs/manual.pdf"}
    migrate("verify", "--local", migrated, "--repair")


def test_says_that_changes_still_wait(migrate, migrated, local):
    local("add", "asset", "models", "pump", "--tags", "late")
    assert "still wait to be indexed" in migrate("verify", "--local", migrated, expect=1).err


def test_an_archived_asset(migrate, migrated, local):
    local("add", "asset", "models", "robot", "--archived")
    ran = migrate("verify", "--local", migrated, "--output", "json", expect=1)
    kinds = {(name, kind) for _, name, kind, _ in found(ran)}
    assert ("models#robot", "unexpected") in kinds
    assert ("models#deleted#robot", "missing") in kinds
    assert ("models#robot#/robot.obj", "unexpected") in kinds
    migrate("verify", "--local", migrated, "--repair", "--remove-unexpected")
    migrate("verify", "--local", migrated)
    assert local("documents", "get", "assets", "models#deleted#robot").json["bool_archived"] is True


def test_a_file_that_came_and_one_that_changed(migrate, migrated, local, tmp_path):
    (tmp_path / "new.obj").write_text("o new\n")
    (tmp_path / "pump.glb").write_text("another pump, longer\n")
    local("add", "file", "models", "pump", tmp_path / "new.obj", "--copy")
    local("add", "file", "models", "pump", tmp_path / "pump.glb", "--copy")
    ran = migrate("verify", "--local", migrated, "--output", "json", expect=1)
    assert {(name, kind) for _, name, kind, _ in found(ran)} == {
        ("models#pump#/new.obj", "missing"), ("models#pump#/pump.glb", "stale")}
    (cause,) = {cause for _, _, kind, cause in found(ran) if kind == "stale"}
    assert "num_filesize" in cause and "str_etag" in cause
    local("index")
    migrate("verify", "--local", migrated)


@pytest.mark.parametrize("selection, names", [
    (["--database", "scans"], {"scans#hall-1", "scans#hall-3#/scan-1.ply"}),
    (["--database", "models"], {"models#robot#/robot.obj", f"models#{ODD}#/模型/röd vas.obj", "models#pump", "models#robot#/gone.obj"}),
    (["--asset", "robot"], {"models#robot#/robot.obj", "models#robot#/gone.obj"}),
    (["--asset", "hall-3"], {"scans#hall-3#/scan-1.ply"}),
    (["--database", "scans", "--asset", "robot"], set()),
    (["--asset", "hall-2"], set()),
])
def test_selections_by_asset_look_at_their_part_only(migrate, migrated, six_changes, selection, names):
    ran = migrate("verify", "--local", migrated, *selection, "--output", "json", expect=1 if names else 0)
    assert {name for _, name, _, _ in found(ran)} == names


@pytest.mark.parametrize("selection, names", [
    (["--bucket", "scan-files"], {"scans#hall-3#/scan-1.ply"}),
    (["--bucket", "model-files"], {"models#robot#/robot.obj", f"models#{ODD}#/模型/röd vas.obj"}),
    (["--prefix", "2024/hall-3/"], {"scans#hall-3#/scan-1.ply"}),
    (["--prefix", "2024/hall-4/"], set()),
    (["--prefix", "rob"], {"models#robot#/robot.obj"}),
    (["--since", "2001-01-01"], {"scans#hall-3#/scan-1.ply", "models#robot#/robot.obj", f"models#{ODD}#/模型/röd vas.obj"}),
    (["--since", "2999-01-01T00:00:00Z"], set()),
])
def test_selections_of_files_look_at_their_part_only(migrate, migrated, six_changes, selection, names):
    ran = migrate("verify", "--local", migrated, *selection, "--output", "json", expect=None)
    files = {name for index, name, _, _ in found(ran) if index == "files"}
    # What is in the index without a source cannot be told where only a part of the objects is looked at.
    assert files == names
    index = ran.json["verification"]["file_index"]
    assert index["expected_documents"] == index["ok"] + index["missing"] + index["stale"]
    assert index["actual_documents"] == index["ok"] + index["stale"]


@pytest.mark.parametrize("selection", [["--database", "no-such"], ["--asset", "no-such"]])
def test_a_selection_that_holds_nothing(migrate, imported, selection):
    ran = migrate("--local", imported, *selection)
    assert f"WARNING -   No asset is in the selection: {selection[0][2:]} no-such" in ran.out
    assert document_ids(imported, "file") == set()
    # The archiving waited in the stream before the run; the indexers of any run take what waits.
    assert document_ids(imported, "asset") <= {"models#deleted#retired"}


def test_a_bucket_that_holds_nothing(migrate, imported):
    ran = migrate("--local", imported, "--bucket", "no-such")
    assert "WARNING - No bucket record is in the selection: bucket no-such" in ran.out
    assert document_ids(imported, "file") == set()


@pytest.mark.parametrize("selection, assets, files", [
    (["--database", "scans"], 6, 18), (["--asset", "pump"], 1, 2), (["--bucket", "scan-files"], EXPECTED_ASSETS, 18),
    (["--prefix", "2024/hall-1/"], EXPECTED_ASSETS, 3), (["--since", "2001-01-01"], EXPECTED_ASSETS, EXPECTED_FILES),
])
def test_a_run_of_a_selection_handles_and_verifies_its_part(migrate, imported, tmp_path, selection, assets, files):
    migrate("--local", imported, *selection)
    report = only_report(tmp_path / "reports")
    assert report["asset_reindexing"]["success_count"] == assets and report["file_reindexing"]["success_count"] == files
    assert report["verification"]["file_index"]["expected_documents"] == report["verification"]["file_index"]["actual_documents"] == files
    assert len(document_ids(imported, "file")) == files


def test_a_bucket_that_is_gone_is_named_and_the_others_are_verified(migrate, migrated, local):
    local("documents", "delete", "assets", "scans#hall-1")
    row = {"bucketId": "gone", "bucketName:baseAssetsPrefix": "gone-files:/", "bucketName": "gone-files", "baseAssetsPrefix": "/"}
    local("load", "-", stdin=json.dumps({"tables": {"buckets": [row]}, "s3_buckets": [], "objects": []}))
    local("documents", "put", "files", "models#robot#/gone.obj", stdin="{}")
    for flags in ([], ["--tolerance", "100"]):
        ran = migrate("verify", "--local", migrated, *flags, "--output", "json", expect=1)
        # What is in the index may belong to that bucket: nothing is called unexpected.
        assert found(ran) == {("assets", "scans#hall-1", "missing", "not in the index"),
                              ("files", "gone-files", "failed", "the bucket cannot be listed")}
        assert ran.json["verification"]["file_index"]["ok"] == EXPECTED_FILES
        assert ran.json["verification"]["file_index"]["failed"] == 1
    migrate("verify", "--local", migrated, "--repair", "--remove-unexpected", expect=1)
    assert "models#robot#/gone.obj" in document_ids(migrated, "file") and "scans#hall-1" in document_ids(migrated, "asset")


def test_a_run_over_a_bucket_that_is_gone_does_the_others(migrate, imported, tmp_path):
    row = {"bucketId": "gone", "bucketName:baseAssetsPrefix": "gone-files:/", "bucketName": "gone-files", "baseAssetsPrefix": "/"}
    migrate("local", "load", "-", "--local", imported, stdin=json.dumps({"tables": {"buckets": [row]}, "s3_buckets": [], "objects": []}))
    ran = migrate("--local", imported, expect=1)
    assert "Error processing bucket gone-files: there is no bucket 'gone-files'" in ran.out
    report = only_report(tmp_path / "reports")
    assert report["file_reindexing"]["success_count"] == EXPECTED_FILES and report["file_reindexing"]["failed_count"] == 1
    assert report["verification"]["file_index"]["ok"] == EXPECTED_FILES and report["verification"]["overall_success"] is False


@pytest.mark.parametrize("tolerance, code", [("0", 1), ("3", 1), ("4", 0), ("100", 0)])
def test_tolerance_is_the_share_of_missing_and_stale_documents(migrate, migrated, local, tolerance, code):
    local("documents", "delete", "files", "models#robot#/robot.obj")  # one of 28: 3.57 percent
    ran = migrate("verify", "--local", migrated, "--tolerance", tolerance, "--output", "json", expect=code)
    assert ran.json["verification"]["file_index"]["success_rate"] == pytest.approx(100 * 27 / 28, abs=0.1)
    assert ran.json["verification"]["overall_success"] is (code == 0)
    assert len(found(ran)) == 1


def test_beyond_10000_the_rest_of_the_findings_is_in_the_file(migrate, vams, tmp_path):
    item = lambda n: {"databaseId": "many", "assetId": f"asset-{n}", "assetName": f"{n}", "description": "d", "isDistributable": True,
                      "tags": [], "assetType": "none", "bucketId": "b", "assetLocation": {"Key": f"asset-{n}/"}}
    state = {"tables": {"buckets": [{"bucketId": "b", "bucketName:baseAssetsPrefix": "many:/", "bucketName": "many", "baseAssetsPrefix": "/",
                                     "isVersioningEnabled": False}], "assets": [item(n) for n in range(10_050)]},
             "s3_buckets": [{"name": "many", "versioning": None}], "objects": []}
    migrate("local", "load", "-", "--local", vams, stdin=json.dumps(state))
    ran = migrate("verify", "--local", vams, "--output", "json", expect=1)
    assert ran.json["finding_count"] == 10_050
    assert len(ran.json["findings"]) == 10_000
    in_file = [json.loads(line) for line in (tmp_path / ran.json["findings_file"]).read_text().splitlines()]
    assert len(in_file) == 10_050
    assert {f["id"] for f in in_file} == {f"many#asset-{n}" for n in range(10_050)}


def test_verify_does_not_wait(migrate, migrated, local):
    local("documents", "delete", "files", "models#robot#/robot.obj")
    begun = time.monotonic()
    migrate("verify", "--local", migrated, expect=1)
    assert time.monotonic() - begun < 10


def test_a_missing_file_on_disk_is_told_by_status(migrate, migrated, sample, tmp_path):
    # Files by reference may vanish; that is no difference between tables, objects and indexes.
    copy = tmp_path / "mine"
    copy.mkdir()
    (copy / "a").mkdir()
    (copy / "a" / "x.obj").write_text("x")
    migrate("local", "import", copy, "--database", "mine", "--local", migrated)
    pathlib.Path(copy / "a" / "x.obj").unlink()
    ran = migrate("local", "status", "--check-files", "--local", migrated, expect=(0, 1))
    assert "x.obj" in ran.out + ran.err
