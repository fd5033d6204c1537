"""A whole deployment on servers that speak for AWS and OpenSearch: dry run, migration with the indexers as services, and nothing left to find."""

import collections
import dataclasses
import json
import os

import pytest
from aws_checker import Checker
from conftest import only_report

ASSETS, FILES = int(os.environ.get("VAMS_E2E_ASSETS", 2000)), int(os.environ.get("VAMS_E2E_FILES", 20_000))


@dataclasses.dataclass
class Done:
    """Everything that happened, once for all tests of this file."""

    vams: object
    expected_assets: object
    expected_files: object
    before: dict  # the tables
    dry: object
    after_dry: dict
    queued_after_dry: dict
    dry_report: dict
    ran: object
    report: dict
    differences: list
    stopped: dict
    after: dict


@pytest.fixture(scope="module")
def done(make_vams):
    vams = make_vams("run", assets=ASSETS, files=FILES)
    deployment = vams.deployment
    checker = Checker(deployment)
    before = deployment.tables_contents()
    dry = vams.migrate("--dry-run", "--report-dir", vams.home / "dry", expect=None)
    after_dry = deployment.tables_contents()
    queued_after_dry = {role: deployment.queued(role) for role in deployment.queues}
    vams.start_indexers()
    ran = vams.migrate("--report-dir", vams.home / "full", expect=None)
    assets, files = checker.expected()
    return Done(vams, assets, files, before, dry, after_dry, queued_after_dry, only_report(vams.home / "dry"), ran, only_report(vams.home / "full"),
                checker.differences(), vams.stop_indexers(), deployment.tables_contents())


def without_dates(contents):
    rows = [json.loads(row) for row in contents["assets"]]
    for row in rows:
        row.pop("_os_reindex_date", None)
    return {**contents, "assets": sorted(json.dumps(row, sort_keys=True) for row in rows)}


def sources(expected):
    return sum(map(len, expected.sources.values()))


def test_the_deployment_has_every_kind_of_asset_and_file(done):
    assert len(done.expected_assets.documents) > ASSETS // 2 and len(done.expected_files.documents) > FILES // 2
    if FILES >= 20_000:
        assert len(set(done.expected_assets.reasons.values())) >= 7 and len(set(done.expected_files.reasons.values())) >= 12
    keys = "".join(key for places in done.expected_files.sources.values() for _, key in places)
    assert set(" +%&<>\"'\\?#;~*()\x07\x7f\x1f\t\r\u2028\u200f\u0301é🚀模") <= set(keys)
    fields = {field.split("_")[1] for of in (done.expected_assets, done.expected_files) for (document, *_) in of.documents.values()
              for field in document if field.startswith("MD_")}
    assert fields == {"str", "date", "bool", "list", "gp"}


def test_a_dry_run_changes_nothing(done):
    assert done.dry.code == 0, done.dry
    assert done.after_dry == done.before
    assert set(done.queued_after_dry.values()) == {1}, "more than S3's own test event is in a queue"


def test_a_dry_run_tells_what_a_run_would_do(done):
    report = done.dry_report
    assert report["migration_info"]["dry_run"] is True and report["verification"] is None
    for phase in ("asset_reindexing", "file_reindexing"):
        assert report[phase]["success_count"] == report[phase]["failed_count"] == 0
        assert report[phase]["total_count"] == done.report[phase]["total_count"]


def test_the_run_ends_well(done):
    assert done.ran.code == 0, done.ran
    assert "ERROR" not in done.ran.out
    assert "Overall success: YES" in done.ran.out


def test_every_document_is_as_the_rules_say_and_no_other_is_there(done):
    kinds = collections.Counter((difference.index, difference.kind) for difference in done.differences)
    assert not done.differences, f"{kinds}\n" + "\n".join(map(str, done.differences[:20]))


def test_the_report_has_the_keys_of_the_guide(done):
    report = done.report
    assert {"version", "started_at", "completed_at", "duration_seconds", "dry_run"} <= report["migration_info"].keys()
    assert report["migration_info"]["version"] == "v2.2_to_v2.3" and report["migration_info"]["dry_run"] is False
    assert {"success_count", "failed_count", "total_count"} <= report["asset_reindexing"].keys()
    assert {"success_count", "failed_count", "total_count", "buckets_processed", "objects_scanned"} <= report["file_reindexing"].keys()
    for index in ("asset_index", "file_index"):
        assert {"expected_documents", "actual_documents", "success_rate"} <= report["verification"][index].keys()
        assert report["verification"][index]["success_rate"] == 100.0
    assert report["verification"]["overall_success"] is True


def test_the_report_counts_what_the_rules_say(done):
    report, rows = done.report, done.vams.deployment.content.rows["assets"]
    assets, files = report["asset_reindexing"], report["file_reindexing"]
    assert (assets["success_count"], assets["failed_count"], assets["total_count"]) == (len(rows), 0, len(rows))
    published = sources(done.expected_files)
    assert (files["success_count"], files["failed_count"], files["total_count"]) == (published, 0, published)
    assert files["buckets_processed"] == 3
    assert files["objects_scanned"] == published + len(done.expected_files.reasons)
    for index, expected in (("asset_index", done.expected_assets), ("file_index", done.expected_files)):
        figures = report["verification"][index]
        wanted = len(expected.documents)
        assert (figures["expected_documents"], figures["actual_documents"], figures["ok"]) == (wanted, wanted, wanted)
        assert figures["missing"] == figures["stale"] == figures["unexpected"] == 0


def test_every_asset_bears_the_one_time_of_the_run_and_nothing_else_has_changed(done):
    dates = {json.loads(row)["_os_reindex_date"]["S"] for row in done.after["assets"]}
    assert len(dates) == 1, dates
    assert without_dates(done.after) == done.before


def test_the_services_end_when_they_are_asked(done):
    assert done.stopped == dict.fromkeys(["assets", "files-plain", "files-versioned", "files-nested"], 0), done.vams.logs()


def test_no_secret_is_printed_or_kept(done):
    secret = done.vams.site.secret
    written = [path for path in done.vams.home.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert secret.encode() not in path.read_bytes(), path
    assert secret not in done.ran.out + done.ran.err + done.dry.out + done.dry.err
