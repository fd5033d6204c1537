"""What a run refuses on AWS before it has changed anything: exit code, the fix in the message, no secret, nothing touched.
The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import time

import pytest
from aws_site import REAL_VARIABLES, TEST_VARIABLES, half_set, real_site
from sigv4_checker import Keys, SignatureChecker

COMMANDS = [(), ("--dry-run",), ("verify",), ("verify", "--repair")]


@pytest.fixture(scope="module")
def vams(make_vams):
    return make_vams("refusals", assets=20, files=60)


@pytest.fixture
def refused(vams):
    """refused(*args, says=[...], expect=3, env=, **config keys): what is refused changes nothing and says these words."""

    def run(*args, says, expect=3, env=None, fix=("hint: ",), **changes):
        deployment = vams.deployment
        before = deployment.tables_contents(), {role: deployment.queued(role) for role in deployment.queues}, index_states(deployment)
        ran = vams.migrate(*args, config=vams.write_config("refused.json", **changes), env=env, expect=expect, timeout=60)
        after = deployment.tables_contents(), {role: deployment.queued(role) for role in deployment.queues}, index_states(deployment)
        assert after == before, f"something has changed\n{ran}"
        for word in says:
            assert word in ran.err, f"no {word!r} in\n{ran}"
        assert any(word in ran.err for word in fix), f"nothing says what to do\n{ran}"
        assert vams.site.secret not in ran.out + ran.err
        assert "{" not in ran.err or '"__type"' not in ran.err, f"a reply as it came\n{ran}"
        return ran

    return run


def index_states(deployment):
    search = deployment.search()
    return {name: (search.count(index=name)["count"], search.indices.get_mapping(index=name)) for name in (deployment.asset_index, deployment.file_index)
            if search.indices.exists(index=name)}


# Topics.


def test_a_topic_that_other_buckets_do_not_notify(refused, vams):
    topic, *others = (vams.deployment.topics[role] for role in ("plain", "versioned", "nested"))
    ran = refused(says=[topic, "auto"], s3_object_created_sns_topic_arn=topic)
    assert any(other in ran.err for other in others), ran


def test_a_map_that_swaps_two_topics(refused, vams):
    topics, buckets = vams.deployment.topics, vams.deployment.buckets
    swapped = {buckets["plain"]: topics["versioned"], buckets["versioned"]: topics["plain"], buckets["nested"]: topics["nested"]}
    refused(says=[topics["plain"], topics["versioned"]], s3_object_created_sns_topic_arn=swapped)


def test_a_map_that_lacks_a_bucket(refused, vams):
    some = {vams.deployment.buckets["plain"]: vams.deployment.topics["plain"]}
    refused(says=["names no topic for bucket"], expect=(2, 3), s3_object_created_sns_topic_arn=some)


def test_a_bucket_that_notifies_nobody(refused, vams):
    s3, bucket = vams.deployment.s3, vams.deployment.buckets["plain"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    try:
        refused(says=[bucket, "s3_object_created_sns_topic_arn"])
    finally:
        vams.deployment.notify(bucket, vams.deployment.topics["plain"])


# Tables, parameters, indexes.

TABLES = ["asset_storage_table_name", "s3_asset_buckets_table_name", "metadata_storage_table_name", "asset_links_storage_table_v2_name",
          "asset_versions_storage_table_name"]


@pytest.mark.parametrize("key", TABLES)
@pytest.mark.parametrize("command", COMMANDS[:3], ids=lambda command: " ".join(command) or "run")
def test_a_table_that_is_not_there(refused, key, command):
    refused(*command, says=["no-such-table"], **{key: "no-such-table"})


@pytest.mark.parametrize("key", ["opensearch_asset_index_ssm_param", "opensearch_file_index_ssm_param", "opensearch_endpoint_ssm_param"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "run")
def test_a_parameter_that_is_not_there(refused, key, command):
    refused(*command, says=["/no/such/parameter"], **{key: "/no/such/parameter"})


@pytest.mark.parametrize("key", ["opensearch_asset_index_ssm_param", "opensearch_file_index_ssm_param"])
@pytest.mark.parametrize("command", [(), ("--dry-run",), ("verify", "--repair")], ids=lambda command: " ".join(command) or "run")
def test_an_index_that_is_not_there(refused, vams, key, command):
    refused(*command, says=["no-such-index", "indexes create"], **{key: vams.deployment.add_parameter("absentIndex", "no-such-index")})


def test_an_index_with_other_mappings(refused, vams):
    name = f"{vams.deployment.name}-other".lower()
    search = vams.deployment.search()
    search.indices.create(index=name, body={"mappings": {"properties": {"str_assetid": {"type": "long"}}}})
    try:
        refused(says=[name, "indexes check"], opensearch_file_index_ssm_param=vams.deployment.add_parameter("otherIndex", name))
    finally:
        search.indices.delete(index=name)


@pytest.mark.parametrize("endpoint, code", [
    ("http://127.0.0.1:9", 3),
    ("https://127.0.0.1:9", 3),
    ("http://search.example.com", (2, 3)),  # in the clear, and not on this machine
    ("ftp://127.0.0.1", (2, 3)),
    ("https://user:hunter2@127.0.0.1:9", (2, 3)),
    (" ", (2, 3)),
])
def test_an_endpoint_of_opensearch_that_is_none(refused, vams, endpoint, code):
    ran = refused(says=["otherEndPoint"] if code != 3 else [], expect=code, fix=("hint: ", "must ", "is empty"), opensearch_endpoint_ssm_param=vams.deployment.add_parameter("otherEndPoint", endpoint))
    assert "hunter2" not in ran.out + ran.err


# Credentials and regions.

NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "run")
def test_no_credentials(refused, command):
    refused(*command, says=["credentials"], env=NO_KEYS)


def test_a_profile_that_is_not_there(refused):
    refused(says=["no-such-profile"], expect=(2, 3), env=NO_KEYS, aws_profile="no-such-profile")


def test_another_region(refused):
    refused(says=["eu-west-3"], aws_region="eu-west-3")


def test_no_region(refused):
    refused(says=["region"], expect=(2, 3), env={"AWS_REGION": None}, aws_region=None)


def test_a_server_that_is_not_there(refused):
    begun = time.monotonic()
    refused(says=["127.0.0.1:9"], env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert time.monotonic() - begun < 30


TOKEN = "to/ken+of=test"


@pytest.mark.parametrize("keys, code", [
    (Keys("the-right-secret", TOKEN, expires=1.0), "xpired"),
    (Keys("another-secret", TOKEN), "signature"),
    (Keys("the-right-secret", "another-token"), "token"),
    (None, "token"),
], ids=["expired", "wrong secret", "wrong token", "unknown key"])
@pytest.mark.parametrize("command", COMMANDS[:3], ids=lambda command: " ".join(command) or "run")
def test_keys_that_are_refused(refused, loopback, keys, code, command):
    with SignatureChecker({"ASIAREFUSED": keys} if keys else {}, upstream=loopback.endpoint) as checker:
        env = {"AWS_ENDPOINT_URL": checker.url, "AWS_ACCESS_KEY_ID": "ASIAREFUSED", "AWS_SECRET_ACCESS_KEY": "the-right-secret", "AWS_SESSION_TOKEN": TOKEN}
        ran = refused(*command, says=[], env=env)
        assert not checker.accepted
    assert code in ran.err, ran
    assert "the-right-secret" not in ran.out + ran.err and TOKEN not in ran.out + ran.err


# The setting for a real account.


def test_a_real_account_is_all_or_nothing():
    whole = {"VAMS_E2E_AWS": "1", REAL_VARIABLES[1]: "1", "VAMS_E2E_AWS_PREFIX": "mine", "VAMS_E2E_AWS_REGION": "eu-west-1",
             "VAMS_E2E_AWS_OPENSEARCH_ENDPOINT": "https://search.example.com"}
    assert real_site({}) is None
    found = real_site(whole)
    assert found.is_real and found.endpoint is None and found.prefix == "mine" and found.region == "eu-west-1"
    for name in whole:
        with pytest.raises(pytest.fail.Exception, match=name):
            real_site({key: value for key, value in whole.items() if key != name})
        with pytest.raises(pytest.fail.Exception):
            real_site({name: whole[name]})
    for name in REAL_VARIABLES[:2]:
        with pytest.raises(pytest.fail.Exception, match=name):
            real_site({**whole, name: "yes"})


def test_running_servers_are_both_or_none():
    one, other = TEST_VARIABLES
    assert half_set(TEST_VARIABLES, {}) == half_set(TEST_VARIABLES, {one: "x", other: "y"}) == []
    assert half_set(TEST_VARIABLES, {one: "x"}) == [other] and half_set(TEST_VARIABLES, {other: "y"}) == [one]
