"""The other commands on AWS: limits, dry runs, rollback, indexes, vams-reindex, output as JSON.
The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import json

import pytest
from aws_checker import Checker
from conftest import only_report

ASSETS, FILES = 60, 240
SOON = 8  # seconds in which the services index ten assets and ten files


@pytest.fixture(scope="module")
def vams(make_vams):
    return make_vams("commands", assets=ASSETS, files=FILES)


@pytest.fixture
def fresh(vams):
    """Empty indexes, no reindex date, nothing queued."""
    deployment = vams.deployment
    vams.migrate("rollback", "--indexes", "--yes", deployment.asset_index, "--yes", deployment.file_index)
    for role in deployment.queues:
        deployment.drain(role)
    vams.catch_up()  # past what the rollback wrote
    vams.migrate("rollback", "--indexes", "--yes", deployment.asset_index, "--yes", deployment.file_index)
    yield vams
    vams.stop_indexers()  # also where the test failed before it did


def everything(vams):
    """All that a command could change."""
    deployment, checker = vams.deployment, Checker(vams.deployment)
    return (deployment.tables_contents(), {role: deployment.queued(role) for role in deployment.queues},
            {name: checker.documents(name) for name in (deployment.asset_index, deployment.file_index)})


def dates(vams):
    """How many asset rows have a reindex date, and how many have null in its place."""
    found = [row["_os_reindex_date"] for row in vams.deployment.scan("assets") if "_os_reindex_date" in row]
    return sum("S" in value for value in found), sum("NULL" in value for value in found)


def rows(vams):
    return len(vams.deployment.content.rows["assets"])


def queued_events(vams):
    bodies = [json.loads(body) for role in vams.deployment.queues for body in vams.deployment.drain(role)]
    messages = [json.loads(body["Message"]) if "Message" in body else body for body in bodies]
    return [record for message in messages for record in message.get("Records", [])]


@pytest.mark.parametrize("command", [
    ("--dry-run",), ("--dry-run", "--limit", "5"), ("run", "--dry-run"), ("verify",), ("rollback", "--dry-run"), ("rollback", "--dry-run", "--indexes"),
    ("indexes", "show"), ("indexes", "check"), ("indexes", "create"),
], ids=" ".join)
def test_what_only_looks_changes_nothing(vams, command):
    before = everything(vams)
    vams.migrate(*command, expect=(0, 1) if command[0] == "verify" else 0)
    assert everything(vams) == before


def test_a_limit_handles_and_verifies_just_that_many(fresh):
    fresh.start_indexers()
    fresh.migrate("--limit", "10", "--report-dir", fresh.home / "limited", config=fresh.write_config("soon.json", verification_wait_time=SOON))
    assert set(fresh.stop_indexers().values()) == {0}
    report = only_report(fresh.home / "limited")
    assert report["asset_reindexing"]["success_count"] == report["file_reindexing"]["success_count"] == 10
    assert report["verification"]["overall_success"] is True
    assert dates(fresh) == (10, 0)


def test_json_on_standard_output_alone(fresh):
    config = fresh.write_config("at-once.json", verification_wait_time=0)
    dry = fresh.migrate("--dry-run", "--output", "json", "--report-dir", fresh.home / "dry").json
    assert dry["migration_info"]["dry_run"] is True and dry["verification"] is None
    report = fresh.migrate("--output", "json", "--report-dir", fresh.home / "json", config=config, expect=1).json
    saved = only_report(fresh.home / "json")
    assert report["file_reindexing"]["success_count"] == saved["file_reindexing"]["success_count"] > 0
    for phase in ("asset_reindexing", "file_reindexing"):
        assert dry[phase]["success_count"] == dry[phase]["failed_count"] == 0
        assert dry[phase]["total_count"] == report[phase]["total_count"] == report[phase]["success_count"]
    assert dry["file_reindexing"]["withheld"] == report["file_reindexing"]["withheld"]
    # Nobody has indexed anything yet.
    assert report["verification"]["file_index"]["missing"] == report["verification"]["file_index"]["expected_documents"] > 0
    fresh.catch_up()
    ran = fresh.migrate("verify", "--output", "json", expect=1).json
    assert {finding["cause"].split(":")[0] for finding in ran["findings"] if finding["kind"] == "missing"} == {"withheld"}
    repaired = fresh.migrate("verify", "--repair", "--output", "json", config=config).json
    assert repaired["verification"]["overall_success"] is True
    assert repaired["repair"]["files_indexed_directly"] == ran["verification"]["file_index"]["missing"]
    assert Checker(fresh.deployment).differences() == []


@pytest.mark.parametrize("flag, left", [([], 0), (["--to-null"], 1)])
def test_rollback_takes_every_date_away(fresh, flag, left):
    reindexed = fresh.run("vams-reindex", "--operation", "assets", "--asset-table", fresh.deployment.tables["assets"],
                          "--s3-buckets-table", fresh.deployment.tables["buckets"])
    assert "ASSET REINDEXING COMPLETE" in reindexed.out
    assert dates(fresh) == (rows(fresh), 0)
    fresh.migrate("rollback", *flag)
    assert dates(fresh) == (0, rows(fresh) * left)
    fresh.migrate("rollback")
    assert dates(fresh) == (0, 0)


def test_rollback_of_the_indexes_asks_for_their_names(fresh):
    before = everything(fresh)
    ran = fresh.migrate("rollback", "--indexes", "--yes", "another", expect=2)
    assert fresh.deployment.asset_index in ran.err
    assert everything(fresh) == before


def test_indexes_show_and_check(vams):
    deployment = vams.deployment
    shown = vams.migrate("indexes", "show", "--output", "json").json
    assert [index["name"] for index in shown["indexes"]] == [deployment.asset_index, deployment.file_index]
    vams.migrate("indexes", "check")
    search = deployment.search()
    search.indices.put_mapping(index=deployment.file_index, body={"properties": {"MD_str_added": {"type": "text", "fields": {"keyword": {"type": "keyword"}}}}})
    vams.migrate("indexes", "check")  # what documents add is no difference


def test_indexes_check_names_what_differs(vams):
    name = f"{vams.deployment.name}-differs".lower()
    search = vams.deployment.search()
    search.indices.create(index=name, body={"mappings": {"properties": {"str_key": {"type": "keyword"}}}})
    try:
        config = vams.write_config("differs.json", opensearch_file_index_ssm_param=vams.deployment.add_parameter("differs", name))
        ran = vams.migrate("indexes", "check", config=config, expect=1)
        assert "str_key" in ran.out
    finally:
        search.indices.delete(index=name)


def reindex(vams, *args, **options):
    """vams-reindex with the flags of the guide."""
    deployment = vams.deployment
    topics = ",".join(f"{deployment.buckets[role]}={topic}" for role, topic in deployment.topics.items())
    return vams.run("vams-reindex", "--asset-table", deployment.tables["assets"], "--s3-buckets-table", deployment.tables["buckets"], "--sns-topic", topics,
                    *args, **options)


def test_reindex_of_files_alone(fresh):
    reindex(fresh, "--operation", "files")
    assert dates(fresh) == (0, 0)
    state = Checker(fresh.deployment).state()
    events = queued_events(fresh)
    assert len(events) == state.published
    assert {event["s3"]["bucket"]["name"] for event in events} == set(fresh.deployment.buckets.values())


def test_reindex_of_both_by_the_guides_flags(fresh):
    reindex(fresh, "--operation", "both")
    fresh.catch_up()
    state = Checker(fresh.deployment).state()
    assert {difference.id for difference in Checker(fresh.deployment).differences(state)} == state.undelivered.keys()


def test_reindex_dry_run_and_limit(fresh):
    before = everything(fresh)
    reindex(fresh, "--operation", "both", "--dry-run")
    assert everything(fresh) == before
    reindex(fresh, "--operation", "both", "--limit", "7")
    assert dates(fresh) == (7, 0)
    assert len(queued_events(fresh)) == 7


def test_the_tables_that_the_config_does_not_name_are_found(vams):
    """By the environment of the deployed indexers, as Lambda tells it."""
    config = vams.write_config("found.json", metadata_storage_table_name=None, asset_links_storage_table_v2_name=None,
                               asset_versions_storage_table_name=None)
    whole, short = (vams.migrate("verify", "--output", "json", config=path, expect=(0, 1)).json for path in (vams.config, config))
    for of in (whole, short):
        of["verification"].pop("timestamp")
        for index in ("asset_index", "file_index"):
            of["verification"][index].pop("size_bytes")  # segments come and go by themselves
    assert short["verification"] == whole["verification"]
