"""The doctor on AWS: the whole chain, with the first link that fails and its fix.
The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import contextlib
import datetime

import pytest


@pytest.fixture(scope="module")
def vams(make_vams):
    made = make_vams("doctor", assets=5, files=10)
    if made.site.is_real:
        pytest.skip("functions are only made where they need no role")
    return made


@contextlib.contextmanager
def mapped(vams, enabled):
    """The asset table's stream goes to the asset indexer's function."""
    deployment = vams.deployment
    stream = deployment.dynamodb.describe_table(TableName=deployment.tables["assets"])["Table"]["LatestStreamArn"]
    function = f"{deployment.name}-assetIndexer"
    mapping = deployment.functions.create_event_source_mapping(FunctionName=function, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", Enabled=enabled)
    try:
        yield function
    finally:
        deployment.functions.delete_event_source_mapping(UUID=mapping["UUID"])


def checks(vams, *args, **options):
    found = vams.migrate("doctor", *args, "--output", "json", **options).json["checks"]
    return {check["check"]: check for check in found}, [check["check"] for check in found]


def test_the_chain_in_its_order(vams):
    found, names = checks(vams)
    assert {check["state"] for check in found.values()} <= {"ok", "warning", "unknown"}
    order = ["credentials", "asset table", "touching assets", "buckets table", "side tables", "change streams"]
    assert [name for name in names if name in order] == order
    assert names[-2:] == [f"index {vams.deployment.asset_index}", f"index {vams.deployment.file_index}"]
    nobody = found[f"indexing of {vams.deployment.tables['assets']}"]
    assert nobody["state"] == "warning" and "no function reads its changes" in nobody["detail"]


def test_a_reader_that_is_switched_off(vams):
    with mapped(vams, enabled=False) as function:
        found, _ = checks(vams)
        reader = found[f"indexing of {vams.deployment.tables['assets']} by {function}"]
        assert reader["state"] == "warning" and "switched off" in reader["detail"]


def test_what_cannot_be_found_is_one_link(vams):
    config = vams.write_config("no-parameter.json", opensearch_endpoint_ssm_param="/no/such")
    found, names = checks(vams, config=config, expect=3)
    assert found["indexes"]["state"] == "failed" and "/no/such" in found["indexes"]["detail"]
    assert "aws ssm" in found["indexes"]["fix"]
    assert found["side tables"]["state"] == found["asset table"]["state"] == "ok"
    assert names[-1] == "indexes"


def test_without_credentials(vams):
    nothing = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    found, names = checks(vams, env=nothing, expect=3)
    assert names == ["credentials", "everything else"]
    assert found["credentials"]["state"] == "failed" and found["credentials"]["fix"]
    assert found["everything else"]["state"] == "unknown"


def test_settings_that_cannot_be(vams):
    found, names = checks(vams, "--profile", "nobody", expect=3)
    assert names == ["AWS settings", "everything else"]
    assert "nobody" in found["AWS settings"]["detail"]


def test_a_reader_that_is_far_behind(vams):
    cloudwatch = vams.site.client("cloudwatch")
    with mapped(vams, enabled=True) as function:
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=2)
        cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[
            {"MetricName": "IteratorAge", "Dimensions": [{"Name": "FunctionName", "Value": function}], "Timestamp": then,
             "Value": 45 * 60 * 1000, "Unit": "Milliseconds"}])
        found, _ = checks(vams)
        reader = found[f"indexing of {vams.deployment.tables['assets']} by {function}"]
        assert reader["state"] == "warning" and "45 min behind (IteratorAge)" in reader["detail"]
        assert f"log of the function {function}" in reader["fix"]
