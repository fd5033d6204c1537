"""The network between the program and AWS as it can be: signatures that are checked, keys that end, clocks that differ, regions, certificates.
The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import stat
import subprocess

import pytest
from aws_checker import Checker
from sigv4_checker import Keys, SignatureChecker

ACCESS_KEY, SECRET, TOKEN = "ASIANETWORKTESTKEY", "network/test+secret", "net/work+token=="
TEMPORARY = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
STATIC_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


@pytest.fixture(scope="module")
def vams(make_vams, loopback):
    """Small, and on loopback whatever account the other tests use: the servers behind the proxies take any signature."""
    return make_vams("network", assets=40, files=160, where=loopback)


class Front:
    """One proxy before AWS and one before OpenSearch, and the configuration that leads through both."""

    def __init__(self, vams, keys, search=None, **options):
        self.vams = vams
        region = options.pop("region", vams.site.region)
        self.aws = SignatureChecker(keys, upstream=vams.site.endpoint, region=region, **options)
        self.search = SignatureChecker(keys, upstream=vams.site.search_endpoint, region=vams.site.region, **(options if search is None else search))

    def __enter__(self):
        self.aws.__enter__()
        self.search.__enter__()
        parameter = self.vams.deployment.add_parameter(f"endPoint-{self.search.url.rpartition(':')[2]}", self.search.url)
        self.config = self.vams.write_config("through-proxies.json", opensearch_endpoint_ssm_param=parameter)
        return self

    def __exit__(self, *error):
        self.search.__exit__(*error)
        self.aws.__exit__(*error)

    def environment(self, **env):
        return {"AWS_ENDPOINT_URL": self.aws.url, **env}

    def run(self, *args, env, **options):
        return self.vams.migrate(*args, config=self.config, env=self.environment(**env), **options)

    def run_whole(self, env):
        """Everything migrated into empty indexes, indexed, verified, all of it through the proxies."""
        vams = self.vams
        vams.migrate("rollback", "--indexes", "--yes", f"{vams.deployment.asset_index},{vams.deployment.file_index}")
        report = self.run("--skip-verification", "--output", "json", "--report-dir", vams.home / "reports", env=env).json
        vams.catch_up(config=self.config, env=self.environment(**env))
        # A few files are in no event that may be sent.
        verified = self.run("verify", "--output", "json", env=env, expect=1).json
        checker = Checker(vams.deployment)
        state = checker.state()
        missing = {difference.id: difference.kind for difference in checker.differences(state)}
        assert missing == dict.fromkeys(state.undelivered, "missing")
        assert {finding["id"]: finding["kind"] for finding in verified["findings"] if finding["kind"] != "skipped"} == missing
        return report


def refusals(front):
    return {code for code, *_ in front.aws.refused + front.search.refused}


SERVICES = {"dynamodb", "s3", "sns", "sqs", "ssm"}


def test_a_whole_run_is_signed_as_aws_asks_for(vams):
    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}) as front:
        report = front.run_whole(TEMPORARY)
        assert front.aws.refused == [] and front.search.refused == []
        assert SERVICES <= front.aws.accepted.keys() and front.search.accepted.keys() == {"es"}
        assert front.aws.accepted["s3"] > report["file_reindexing"]["total_count"], "not one HEAD for each object"


def tampered(method, target, headers, body):
    return method, target, headers, body.replace(b"TableName", b"tableName")


def test_a_request_changed_on_its_way_is_refused_and_nothing_happens(vams):
    before = vams.deployment.tables_contents()
    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}, on_the_way=tampered, search={}) as front:
        ran = front.run(env=TEMPORARY, expect=3)
        assert refusals(front) & {"InvalidSignatureException", "SignatureDoesNotMatch", "XAmzContentSHA256Mismatch"}
    assert "signature" in ran.err.lower(), ran
    assert SECRET not in ran.out + ran.err and TOKEN not in ran.out + ran.err
    assert vams.deployment.tables_contents() == before


class EndingKeys:
    """Knows every key that the credential process below hands out: the second of its making is in its name."""

    lifetime = 3  # whole seconds: at least two are left of it

    def get(self, access_key):
        made = access_key.removeprefix("ASIA")
        if not made.isdigit():
            return None
        return Keys(f"secret-{made}", f"token-{made}", expires=int(made) + self.lifetime)


CREDENTIAL_PROCESS = """#!/bin/sh
now=$(date +%s)
echo x >>"{count}"
printf '{{"Version": 1, "AccessKeyId": "ASIA%s", "SecretAccessKey": "secret-%s", "SessionToken": "token-%s", "Expiration": "%s"}}' \\
  "$now" "$now" "$now" "$(date -u -d "@$((now + {lifetime}))" +%Y-%m-%dT%H:%M:%SZ)"
"""


def test_keys_that_end_every_two_seconds(vams):
    """The proxies refuse a key as soon as its time is over."""
    count, script = vams.home / "handed-out", vams.home / "credential-process"
    script.write_text(CREDENTIAL_PROCESS.format(count=count, lifetime=EndingKeys.lifetime))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    config = vams.home / "aws-config"
    config.write_text(f"[default]\ncredential_process = {script}\n")
    with Front(vams, EndingKeys()) as front:
        front.run_whole({**STATIC_KEYS, "AWS_CONFIG_FILE": str(config)})
        assert refusals(front) <= {"ExpiredToken", "ExpiredTokenException"}
    assert len(count.read_text().splitlines()) >= 3, "the keys were not asked for anew"


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_clock_that_is_twenty_minutes_off(vams, minutes):
    """The servers' clock is the one that counts: their refusals name the time, and the requests are signed by it from then on."""
    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}, clock_offset=minutes * 60.0) as front:
        front.run_whole(TEMPORARY)
        assert refusals(front), "the proxies took requests of the wrong time"
        assert refusals(front) <= {"RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch"}
        refused = len(front.aws.refused) + len(front.search.refused)
        assert refused < sum(front.aws.accepted.values()) / 4, "the offset is learnt again and again"


def scope_region(headers):
    authorization = next((value for name, value in headers if name.lower() == "authorization"), "")
    return (authorization.partition("Credential=")[2].split("/") + [""] * 3)[2]


@pytest.mark.parametrize("status", [301, 307, 400])
def test_a_bucket_in_another_region_is_followed_there(vams, status):
    """As S3 answers a request of the wrong region: with a redirect, or with 400, and with the right region in a header."""
    bucket, away = vams.deployment.buckets["versioned"], "eu-west-1"
    sent = []

    def elsewhere(method, target, headers, _body):
        if target.split("?")[0].split("/")[1] != bucket:
            return None
        sent.append(scope_region(headers))
        if sent[-1] == away:
            # The server behind has the bucket at home, and does not look at signatures.
            headers[:] = [(name, value.replace(f"/{away}/s3/", f"/{vams.site.region}/s3/")) for name, value in headers]
            return None
        code = {301: "PermanentRedirect", 307: "TemporaryRedirect", 400: "AuthorizationHeaderMalformed"}[status]
        body = f"<Error><Code>{code}</Code><Message>wrong region</Message><Bucket>{bucket}</Bucket><Region>{away}</Region></Error>".encode()
        return status, [("Content-Type", "application/xml"), ("x-amz-bucket-region", away)], body

    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}, region=None, instead=elsewhere, upstream_region=vams.site.region, search={}) as front:
        front.run_whole(TEMPORARY)
        assert front.aws.refused == []
    assert away in sent and sent.count(vams.site.region) < len(sent) / 4, "the region is found out again and again"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(chain, key, authority) for 127.0.0.1, by an authority that nobody knows."""
    home = tmp_path_factory.mktemp("tls")
    openssl = lambda *args: subprocess.run(["openssl", *args], cwd=home, check=True, capture_output=True)
    (home / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=Test authority",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem")
    return home / "server.pem", home / "server.key", home / "ca.pem"


def test_a_certificate_of_an_unknown_authority_is_refused(vams, certificate):
    before = vams.deployment.tables_contents()
    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}, tls=certificate[:2]) as front:
        ran = front.run(env=TEMPORARY, expect=3)
        assert not front.aws.accepted and not front.search.accepted, "something was sent all the same"
    assert "certificate" in ran.err.lower() and "AWS_CA_BUNDLE" in ran.err, ran
    assert vams.deployment.tables_contents() == before


def test_a_certificate_of_the_authority_in_aws_ca_bundle_is_taken(vams, certificate):
    with Front(vams, {ACCESS_KEY: Keys(SECRET, TOKEN)}, tls=certificate[:2]) as front:
        front.run_whole({**TEMPORARY, "AWS_CA_BUNDLE": str(certificate[2])})
        assert front.aws.refused == [] and front.search.refused == []
