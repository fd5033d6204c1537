"""The migration guide, typed as it stands: its command lines with the program's name and "local" put in, its files, its report."""

import json
import re

import pytest
from conftest import EXPECTED_ASSETS, EXPECTED_FILES, contents, document_ids, only_report

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (DEBUG|INFO|WARNING|ERROR|CRITICAL) - .+")

# The guide's "Step 2", verbatim but for the first brace.
CONFIG = """{
    "asset_storage_table_name": "vams-prod-AssetStorageTable-ABC123",
    "s3_asset_buckets_table_name": "vams-prod-S3AssetBucketsTable-XYZ789",
    "s3_object_created_sns_topic_arn": "arn:aws:sns:us-east-1:123456789012:vams-prod-s3ObjectCreated",
    "opensearch_asset_index_ssm_param": "/vams-prod/aos/assetIndexName",
    "opensearch_file_index_ssm_param": "/vams-prod/aos/fileIndexName",
    "opensearch_endpoint_ssm_param": "/vams-prod/aos/endPoint",
    "aws_profile": "vams-prod",
    "aws_region": "us-east-1",
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 100,
        "max_workers": 10,
        "sns_publish_delay": 0.05
    },
    "log_level": "INFO",
    "dry_run": false,
    "verification_wait_time": 300
}
"""

# The guide's "Performance Tuning", verbatim but for the first brace.
PRESETS = {
    "small": """{
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 100,
        "max_workers": 10,
        "sns_publish_delay": 0.05
    },
    "verification_wait_time": 180
}""",
    "medium": """{
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 100,
        "max_workers": 15,
        "sns_publish_delay": 0.05
    },
    "verification_wait_time": 300
}""",
    "large": """{
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 200,
        "max_workers": 20,
        "sns_publish_delay": 0.03
    },
    "verification_wait_time": 600
}""",
}


@pytest.fixture
def config(imported, tmp_path):
    """The guide's configuration file with the key "local" put in."""
    path = tmp_path / "v2.2_to_v2.3_migration_prod_config.json"
    path.write_text(CONFIG.replace("{\n", f'{{\n    "local": {json.dumps(str(imported))},\n', 1))
    return path


def lines(text):
    """Each log line without its time and level; all must have the guide's form."""
    found = text.splitlines()
    for line in found:
        assert LINE.fullmatch(line), line
    return [line.split(" - ", 2)[2] for line in found]


def assert_in_order(found, wanted):
    at = 0
    for line in wanted:
        assert line in found[at:], f"no {line!r} after line {at} of\n" + "\n".join(found)
        at = found.index(line, at) + 1


def test_dry_run_changes_nothing(migrate, imported, config, tmp_path):
    before = contents(imported)
    ran = migrate("--config", "v2.2_to_v2.3_migration_prod_config.json", "--dry-run")
    assert contents(imported) == before
    assert_in_order(lines(ran.out), ["DRY RUN: nothing will be changed", "ASSET REINDEXING", f"Found {EXPECTED_ASSETS} assets to reindex"])
    report = only_report(tmp_path / "reports")
    assert report["migration_info"]["dry_run"] is True
    assert report["verification"] is None
    assert report["asset_reindexing"]["total_count"] == EXPECTED_ASSETS
    assert report["asset_reindexing"]["success_count"] == 0
    assert report["file_reindexing"]["total_count"] == EXPECTED_FILES
    assert report["file_reindexing"]["success_count"] == 0


def test_dry_run_with_a_limit_of_100(migrate, imported, config):
    before = contents(imported)
    migrate("--config", config.name, "--limit", "100", "--dry-run")
    assert contents(imported) == before


def test_production_migration(migrate, imported, config, tmp_path):
    ran = migrate("--config", config.name)
    assert ran.err == ""
    assert_in_order(lines(ran.out), [
        "ASSET REINDEXING",
        "Scanning asset table: vams-prod-AssetStorageTable-ABC123",
        f"Found {EXPECTED_ASSETS} assets to reindex",
        f"Processing asset batch 1/1 ({EXPECTED_ASSETS} assets)",
        "ASSET REINDEXING COMPLETE",
        f"  Total: {EXPECTED_ASSETS}",
        f"  Success: {EXPECTED_ASSETS}",
        "  Failed: 0",
        "S3 FILE REINDEXING",
        "S3 FILE REINDEXING COMPLETE",
        f"  Total: {EXPECTED_FILES}",
        f"  Success: {EXPECTED_FILES}",
        "  Failed: 0",
        "VERIFICATION",
        f"  Expected: {EXPECTED_ASSETS}",
        f"  Actual: {EXPECTED_ASSETS}",
        f"  Expected: {EXPECTED_FILES}",
        f"  Actual: {EXPECTED_FILES}",
        "Overall success: YES",
    ])
    assert len(document_ids(imported, "asset")) == EXPECTED_ASSETS
    assert len(document_ids(imported, "file")) == EXPECTED_FILES
    saved = next(line for line in lines(ran.out) if line.startswith("Report saved to: "))
    assert (tmp_path / saved.removeprefix("Report saved to: ")).is_file()


def test_production_migration_with_a_limit_of_100(migrate, imported, config, tmp_path):
    migrate("--config", config.name, "--limit", "100")
    report = only_report(tmp_path / "reports")
    assert report["verification"]["overall_success"] is True
    assert report["file_reindexing"]["success_count"] == EXPECTED_FILES


def test_a_small_limit_verifies_what_was_handled(migrate, imported, config, tmp_path):
    migrate("--config", config.name, "--limit", "4")
    report = only_report(tmp_path / "reports")
    assert report["asset_reindexing"]["total_count"] == 4
    assert report["file_reindexing"]["total_count"] == 4
    for index in ("asset_index", "file_index"):
        assert report["verification"][index]["expected_documents"] == 4
        assert report["verification"][index]["success_rate"] == 100.0
    assert report["verification"]["overall_success"] is True
    assert len(document_ids(imported, "file")) == 4


def test_asset_batches_are_counted(migrate, config):
    ran = migrate("--config", config.name, "--asset-batch-size", "4")
    assert_in_order(lines(ran.out), [f"Processing asset batch {n}/3 ({size} assets)" for n, size in ((1, 4), (2, 4), (3, 2))])


def test_command_line_overrides(migrate, imported):
    before = contents(imported)
    ran = migrate("--profile", "my-profile", "--region", "us-west-2", "--asset-storage-table", "MyAssetTable", "--s3-asset-buckets-table",
                  "MyS3BucketsTable", "--sns-topic-arn", "arn:aws:sns:us-west-2:123456789012:my-topic", "--dry-run", "--local", imported)
    assert contents(imported) == before
    assert_in_order(lines(ran.out), ["Scanning asset table: MyAssetTable", "Scanning S3 buckets table: MyS3BucketsTable"])


def test_a_flag_overrides_the_file(migrate, config, tmp_path):
    ran = migrate("--config", config.name, "--asset-storage-table", "Other", "--region", "eu-west-1", "--dry-run")
    assert "Scanning asset table: Other" in lines(ran.out)
    configuration = only_report(tmp_path / "reports")["configuration"]
    assert configuration["asset_storage_table_name"] == "Other"
    assert configuration["aws_region"] == "eu-west-1"
    assert configuration["aws_profile"] == "vams-prod"


def test_skip_verification(migrate, imported, config, tmp_path):
    ran = migrate("--config", config.name, "--skip-verification")
    assert "VERIFICATION" not in lines(ran.out)
    report = only_report(tmp_path / "reports")
    assert report["verification"] is None
    assert len(document_ids(imported, "file")) == EXPECTED_FILES, "the indexers of an embedded VAMS run inside the program"


def test_the_report_has_the_guides_name_keys_and_types(migrate, config, tmp_path):
    migrate("--config", config.name)
    (path,) = (tmp_path / "reports").iterdir()
    assert re.fullmatch(r"migration_report_\d{8}_\d{6}\.json", path.name)
    report = json.loads(path.read_text())
    info = report["migration_info"]
    assert info["version"] == "v2.2_to_v2.3"
    for key in ("started_at", "completed_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", info[key])
    assert type(info["duration_seconds"]) is int and info["dry_run"] is False
    counts = ("success_count", "failed_count", "total_count")
    for key in counts:
        assert type(report["asset_reindexing"][key]) is int
    for key in (*counts, "buckets_processed", "objects_scanned"):
        assert type(report["file_reindexing"][key]) is int
    assert report["file_reindexing"]["buckets_processed"] == 2
    assert report["file_reindexing"]["objects_scanned"] == 32
    for index, documents in (("asset_index", EXPECTED_ASSETS), ("file_index", EXPECTED_FILES)):
        part = report["verification"][index]
        assert (part["expected_documents"], part["actual_documents"]) == (documents, documents)
        assert type(part["expected_documents"]) is int and type(part["actual_documents"]) is int
        assert type(part["success_rate"]) is float and part["success_rate"] == 100.0
    assert report["verification"]["overall_success"] is True
    assert report["errors"] == []


@pytest.mark.parametrize("preset", PRESETS)
def test_the_tuning_presets(migrate, imported, tmp_path, preset):
    path = tmp_path / "tuned.json"
    path.write_text(PRESETS[preset].replace("{\n", f'{{\n    "local": {json.dumps(str(imported))},\n', 1))
    migrate("config", "check", "--config", path)
    migrate("--config", path)
    wanted = json.loads(PRESETS[preset])
    used = only_report(tmp_path / "reports")["configuration"]
    assert used["reindex_settings"] == wanted["reindex_settings"]
    assert used["verification_wait_time"] == wanted["verification_wait_time"]


@pytest.mark.parametrize("text", [
    '{"reindex_settings": {\n  "sns_publish_delay": 0.1, // Increase from 0.05\n  "max_workers": 5 // Decrease from 10\n}}',
    '{\n  "verification_wait_time": 600 // 10 minutes instead of 5\n}',
])
def test_the_troubleshooting_snippets_are_read_with_their_comments(migrate, imported, tmp_path, text):
    (tmp_path / "c.json").write_text(text)
    migrate("--config", "c.json", "--local", imported)


@pytest.mark.parametrize("preset", PRESETS)
def test_config_template_gives_the_preset(migrate, tmp_path, preset):
    ran = migrate("config", "template", "--preset", preset)
    (tmp_path / "filled.json").write_text(ran.out)
    # The template asks for what only its user knows, and for nothing else.
    refused = migrate("--config", "filled.json", "--dry-run", expect=2)
    assert "Please set the asset_storage_table_name in the CONFIG or provide it via command line" in refused.err
    without_comments = re.sub(r"(?m)^\s*//.*$|\s//.*$", "", re.sub(r"(?s)/\*.*?\*/", "", ran.out))
    plain = json.loads(re.sub(r",(\s*})", r"\1", without_comments))
    wanted = json.loads(PRESETS[preset])
    assert plain["reindex_settings"] == wanted["reindex_settings"]
    assert plain["verification_wait_time"] == wanted["verification_wait_time"]


def test_log_level_debug_says_more_and_error_less(migrate, imported):
    everything = migrate("--local", imported, "--dry-run", "--log-level", "DEBUG")
    errors = migrate("--local", imported, "--dry-run", "--log-level", "ERROR")
    assert errors.out == "" and len(lines(everything.out)) > 10


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_every_log_level_is_taken(migrate, imported, level):
    migrate("--local", imported, "--dry-run", "--log-level", level)


def test_rerunning_is_idempotent(migrate, config, imported):
    migrate("--config", config.name)
    first = document_ids(imported, "file"), document_ids(imported, "asset")
    migrate("--config", config.name)
    assert (document_ids(imported, "file"), document_ids(imported, "asset")) == first
    migrate("verify", "--config", config.name)


@pytest.mark.parametrize("flags, touched, published", [
    (["--profile", "my-profile", "--asset-table", "vams-AssetStorageTable", "--operation", "assets"], True, False),
    (["--profile", "my-profile", "--s3-buckets-table", "vams-S3AssetBucketsTable", "--sns-topic",
      "arn:aws:sns:us-east-1:123456789012:vams-s3ObjectCreated", "--operation", "files"], False, True),
    (["--profile", "my-profile", "--asset-table", "vams-AssetStorageTable", "--s3-buckets-table", "vams-S3AssetBucketsTable", "--sns-topic",
      "arn:aws:sns:us-east-1:123456789012:vams-s3ObjectCreated", "--operation", "both"], True, True),
])
def test_the_standalone_utility(reindex, imported, tmp_path, flags, touched, published):
    ran = reindex(*flags, "--local", imported)
    found = lines(ran.out)
    assert ("ASSET REINDEXING" in found) == touched
    assert ("S3 FILE REINDEXING" in found) == published
    assert "VERIFICATION" not in found
    assert len(document_ids(imported, "asset")) >= (EXPECTED_ASSETS if touched else 0)
    assert len(document_ids(imported, "file")) == (EXPECTED_FILES if published else 0)
    assert not (tmp_path / "reports").exists(), "the utility writes no report"
