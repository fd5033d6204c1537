"""A whole deployment on servers that speak for AWS and OpenSearch: migration with the indexers as services, and repair of what no event
may tell of; then nothing is left to find. The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import collections
import dataclasses
import json
import os

import pytest
from aws_checker import Checker
from conftest import only_report

ASSETS, FILES = int(os.environ.get("VAMS_E2E_ASSETS", 2000)), int(os.environ.get("VAMS_E2E_FILES", 20_000))
AT_MOST = 600  # seconds for one command, and for its wait; about 40 are usual


@dataclasses.dataclass
class Done:
    """Everything that happened, once for all tests of this file."""

    vams: object
    state: object  # what there should be
    before: dict  # the tables
    ran: object
    report: dict
    differences: list
    repaired: object
    left: list  # after the repair
    stopped: dict
    after: dict


@pytest.fixture(scope="module")
def done(make_vams):
    vams = make_vams("run", assets=ASSETS, files=FILES)
    deployment = vams.deployment
    checker = Checker(deployment)
    patient = vams.write_config("patient.json", verification_wait_time=AT_MOST)
    before = deployment.tables_contents()
    assert {deployment.queued(role) for role in deployment.queues} == {1}, "more than S3's own test event is in a queue"
    vams.start_indexers()
    ran = vams.migrate("--report-dir", vams.home / "full", config=patient, expect=None, timeout=AT_MOST)
    state = checker.state()
    differences = checker.differences(state)
    after = deployment.tables_contents()
    # One bucket of the three: the repair of all is with the small deployment of test_aws_verify.py.
    repaired = vams.migrate("verify", "--repair", "--bucket", deployment.buckets["nested"], "--output", "json", config=patient, expect=None, timeout=AT_MOST)
    return Done(vams, state, before, ran, only_report(vams.home / "full"), differences, repaired, checker.differences(), vams.stop_indexers(), after)


def without_dates(contents):
    rows = [json.loads(row) for row in contents["assets"]]
    for row in rows:
        row.pop("_os_reindex_date", None)
    return {**contents, "assets": sorted(json.dumps(row, sort_keys=True) for row in rows)}


def test_the_deployment_has_every_kind_of_asset_and_file(done):
    assets, files = done.state.assets, done.state.files
    assert len(assets.documents) > ASSETS // 2 and len(files.documents) > FILES // 2
    keys = "".join(key for places in files.sources.values() for _, key in places)
    assert set(" +%&<>\"'\\?#;~*()\x07\x7f\x1f\t\r\u2028\u200f\u0301é🚀模") <= set(keys)
    fields = {field.split("_")[1] for of in (assets, files) for (document, *_) in of.documents.values() for field in document if field.startswith("MD_")}
    assert fields == {"str", "date", "bool", "list", "gp"}
    hazards = set(done.state.withheld.values())
    assert {"sync-deletes-init", "sync-misreads-key", "sync-rewrites", "unknown-asset"} <= hazards
    if FILES >= 20_000:
        assert len(set(assets.reasons.values())) >= 7 and len(set(files.reasons.values())) >= 12
        assert "sync-refuses-key" in hazards


def test_the_run_names_what_is_left_and_nothing_else(done):
    assert done.ran.code == 1, done.ran
    assert "Overall success: NO" in done.ran.out


def test_every_document_is_as_the_rules_say_but_for_those_that_no_event_may_tell_of(done):
    kinds = collections.Counter((difference.index, difference.kind) for difference in done.differences)
    others = [difference for difference in done.differences
              if (difference.index, difference.kind) != ("files", "missing") or difference.id not in done.state.undelivered]
    assert not others, f"{kinds}\n" + "\n".join(map(str, others[:20]))
    assert kinds == {("files", "missing"): len(done.state.undelivered)}


def test_the_missing_are_named_with_the_hazard_that_held_them_back(done):
    groups = [group for group in done.report["errors"] if group["kind"] == "missing"]
    assert {(group["index"], group["cause"]) for group in groups} == {("files", f"withheld: {word}") for word in set(done.state.withheld.values())}
    assert sum(group["count"] for group in groups) == len(done.state.undelivered)
    for group in groups:
        assert group["fix"]
        for example in group["examples"]:
            assert group["cause"].removeprefix("withheld: ") in done.state.undelivered[example]


def test_the_repair_indexes_them_directly_and_nothing_of_that_bucket_is_left(done):
    assert done.repaired.code == 0, done.repaired
    repaired, nested = done.repaired.json["repair"], done.vams.deployment.buckets["nested"]
    of_it = {name for name in done.state.undelivered if any(bucket == nested for bucket, _ in done.state.files.sources[name])}
    assert repaired["failed"] == repaired["assets"] == repaired["files"] == repaired["removed"] == 0
    assert repaired["files_indexed_directly"] == len(of_it) > 0
    assert done.repaired.json["verification"]["overall_success"] is True
    assert {(difference.id, difference.kind) for difference in done.left} == {(name, "missing") for name in done.state.undelivered.keys() - of_it}


def test_the_report_has_the_keys_of_the_guide(done):
    report = done.report
    assert {"version", "started_at", "completed_at", "duration_seconds", "dry_run"} <= report["migration_info"].keys()
    assert report["migration_info"]["version"] == "v2.2_to_v2.3" and report["migration_info"]["dry_run"] is False
    assert {"success_count", "failed_count", "total_count"} <= report["asset_reindexing"].keys()
    assert {"success_count", "failed_count", "total_count", "buckets_processed", "objects_scanned"} <= report["file_reindexing"].keys()
    for index in ("asset_index", "file_index"):
        assert {"expected_documents", "actual_documents", "success_rate"} <= report["verification"][index].keys()
    assert report["verification"]["asset_index"]["success_rate"] == 100.0
    assert report["verification"]["overall_success"] is False


def test_the_report_counts_what_the_rules_say(done):
    report, state, rows = done.report, done.state, done.vams.deployment.content.rows["assets"]
    assets, files = report["asset_reindexing"], report["file_reindexing"]
    assert (assets["success_count"], assets["failed_count"], assets["total_count"]) == (len(rows), 0, len(rows))
    assert (files["success_count"], files["failed_count"], files["total_count"]) == (state.published, 0, state.published)
    assert files["withheld"] == collections.Counter(state.withheld.values())
    assert files["skipped_count"] == len(state.files.reasons)
    assert files["buckets_processed"] == 3
    assert files["objects_scanned"] == state.published + len(state.withheld) + len(state.files.reasons)
    for index, expected, missing in (("asset_index", state.assets, 0), ("file_index", state.files, len(state.undelivered))):
        figures = report["verification"][index]
        wanted = len(expected.documents)
        assert (figures["expected_documents"], figures["actual_documents"], figures["ok"]) == (wanted, wanted - missing, wanted - missing)
        assert (figures["missing"], figures["stale"], figures["unexpected"]) == (missing, 0, 0)


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
    assert secret not in done.ran.out + done.ran.err
