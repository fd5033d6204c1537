"""`vams-reindex`: the guide's standalone utility."""

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, document_ids
from test_rollback import dates


def test_assets_only(reindex, migrate, imported):
    ran = reindex("--local", imported, "--operation", "assets")
    assert "ASSET REINDEXING COMPLETE" in ran.out and "S3 FILE" not in ran.out
    assert dates(imported) == (EXPECTED_ASSETS, 0, 0)
    assert len(document_ids(imported, "asset")) == EXPECTED_ASSETS and document_ids(imported, "file") == set()


def test_files_only(reindex, imported):
    ran = reindex("--local", imported, "--operation", "files")
    assert "S3 FILE REINDEXING COMPLETE" in ran.out and "ASSET REINDEXING" not in ran.out
    assert dates(imported) == (0, 0, EXPECTED_ASSETS)
    assert len(document_ids(imported, "file")) == EXPECTED_FILES


@pytest.mark.parametrize("operation", [[], ["--operation", "both"]])
def test_both(reindex, migrate, imported, tmp_path, operation):
    ran = reindex("--local", imported, *operation)
    assert ran.out.index("ASSET REINDEXING COMPLETE") < ran.out.index("S3 FILE REINDEXING")
    assert "VERIFICATION" not in ran.out
    assert not (tmp_path / "reports").exists()
    migrate("verify", "--local", imported)


def test_dry_run_changes_nothing(reindex, imported):
    before = contents(imported)
    reindex("--local", imported, "--dry-run")
    assert contents(imported) == before


def test_limit_and_batch_sizes(reindex, imported):
    ran = reindex("--local", imported, "--limit", "5", "--asset-batch-size", "2", "--s3-batch-size", "2", "--max-workers", "3")
    assert "Processing asset batch 3/3 (1 assets)" in ran.out
    assert dates(imported)[0] == 5 and len(document_ids(imported, "file")) == 5


def test_an_asset_batch_over_25_is_capped_with_a_note(reindex, imported):
    ran = reindex("--local", imported, "--asset-batch-size", "100", "--dry-run")
    assert "WARNING - asset_batch_size 100 is more than one request may hold; 25 is used" in ran.out


def test_json(reindex, imported):
    report = reindex("--local", imported, "--output", "json").json
    assert report["asset_reindexing"]["success_count"] == EXPECTED_ASSETS
    assert report["file_reindexing"]["success_count"] == EXPECTED_FILES
    assert report["verification"] is None and "report_file" not in report


@pytest.mark.parametrize("operation", ["asset", "all", "Assets,files"])
def test_a_wrong_operation(reindex, imported, operation):
    before = contents(imported)
    assert "assets, files or both" in reindex("--local", imported, f"--operation={operation}", expect=2).err
    assert contents(imported) == before


def test_an_empty_operation(reindex, imported):
    before = contents(imported)
    assert "--operation: the value is empty" in reindex("--local", imported, "--operation=", expect=2).err
    assert contents(imported) == before


@pytest.mark.parametrize("operation, missing", [
    ("assets", ["--asset-table"]),
    ("files", ["--s3-buckets-table", "--sns-topic"]),
    ("both", ["--asset-table", "--s3-buckets-table", "--sns-topic"]),
])
def test_asks_for_what_its_operation_needs_by_its_own_flags(reindex, operation, missing):
    ran = reindex("--operation", operation, expect=2)
    asked = [line.rsplit("(", 1)[1].rstrip(")") for line in ran.err.splitlines() if line.startswith("error: ")]
    # An asset's bucket row is found through the buckets table in either operation; more than the least may be asked for.
    assert set(asked) >= set(missing), ran


@pytest.mark.parametrize("flag", ["--skip-verification", "--report-dir=x", "--tolerance=1", "--asset-storage-table=x"])
def test_flags_of_the_migration_alone_are_refused(reindex, imported, flag):
    assert f"unknown flag {flag.split('=')[0]}" in reindex("--local", imported, flag, expect=2).err


def test_has_no_verbs(reindex, imported):
    assert "verify" in reindex("verify", "--local", imported, expect=2).err
