"""Where the end-to-end tests of the AWS backend run: servers on loopback, or, by one setting, a real AWS account (HACKING.md)."""

import dataclasses
import fcntl
import os
import pathlib
import subprocess

import boto3
import botocore.config
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ROOT / "testing" / "services"

# Both or none: servers that run already.
TEST_VARIABLES = ("VAMS_TEST_AWS_ENDPOINT", "VAMS_TEST_OPENSEARCH_ENDPOINT")
# All or none: a real account. The tests create and delete tables, buckets, topics, queues, parameters and indexes in it.
REAL_VARIABLES = ("VAMS_E2E_AWS", "VAMS_E2E_AWS_CREATES_AND_DELETES_RESOURCES_THAT_COST_MONEY", "VAMS_E2E_AWS_PREFIX", "VAMS_E2E_AWS_REGION",
                  "VAMS_E2E_AWS_OPENSEARCH_ENDPOINT")


@dataclasses.dataclass(frozen=True)
class Site:
    """An AWS account, or what stands in for one. `endpoint` is None on real AWS, where credentials are the caller's own."""

    endpoint: str | None
    search_endpoint: str
    region: str
    prefix: str
    access_key: str | None = None
    secret_key: str | None = None
    is_real: bool = False

    def session(self):
        return boto3.Session(self.access_key, self.secret_key, region_name=self.region)

    def client(self, service):
        config = botocore.config.Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, s3={"addressing_style": "path"})
        return self.session().client(service, endpoint_url=self.endpoint, config=config)

    @property
    def secret(self):
        """The secret key that no output may hold."""
        return self.session().get_credentials().get_frozen_credentials().secret_key

    @property
    def environment(self):
        """What the programs need to reach it, beside their configuration file."""
        if self.is_real:
            return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def half_set(variables, environment):
    """The unset ones among variables of which others are set."""
    unset = [name for name in variables if not environment.get(name)]
    return unset if len(unset) < len(variables) else []


def real_site(environment):
    """The real account that the environment names, or None. Half a setting is a mistake that must not pass for a run on loopback."""
    unset = half_set(REAL_VARIABLES, environment)
    if unset:
        pytest.fail(f"a real AWS account is half set: {', '.join(unset)} not set (HACKING.md says what each means)", pytrace=False)
    if not environment.get(REAL_VARIABLES[0]):
        return None
    for name in REAL_VARIABLES[:2]:
        if environment[name] != "1":
            pytest.fail(f"{name} is {environment[name]!r}; the only value with a meaning is 1", pytrace=False)
    return Site(endpoint=None, search_endpoint=environment["VAMS_E2E_AWS_OPENSEARCH_ENDPOINT"], region=environment["VAMS_E2E_AWS_REGION"],
                prefix=environment["VAMS_E2E_AWS_PREFIX"], is_real=True)


def loopback_site(endpoint, search_endpoint, prefix):
    return Site(endpoint=endpoint, search_endpoint=search_endpoint, region="us-east-1", prefix=prefix,
                access_key=os.environ.get("VAMS_TEST_ACCESS_KEY", "vamslocal"), secret_key=os.environ.get("VAMS_TEST_SECRET_KEY", "vamslocalsecret"))


class Servers:
    """ministack and OpenSearch, started by the scripts of testing/services. Test processes that run at once share them: each holds a
    shared lock on one file while it uses them, and who holds the last one stops them."""

    def __init__(self):
        self.environment = {"SERVICES_INSTANCE": "e2e", "MINISTACK_PORT": "4611", "OPENSEARCH_PORT": "9271", **os.environ}
        home = pathlib.Path(os.environ.get("SERVICES_HOME") or pathlib.Path.home() / ".cache" / "vams-services")
        home.mkdir(parents=True, exist_ok=True)
        self.users = (home / f"e2e-users-{self.environment['SERVICES_INSTANCE']}.lock").open("w")

    def script(self, name, verb):
        done = subprocess.run(["bash", SERVICES / f"{name}.sh", verb], env=self.environment, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode != 0:
            pytest.fail(f"testing/services/{name}.sh {verb} ended with {done.returncode}\n{done.stdout}{done.stderr}", pytrace=False)

    def __enter__(self):
        fcntl.flock(self.users, fcntl.LOCK_SH)
        for name in ("ministack", "opensearch"):
            self.script(name, "start")
        return self

    def __exit__(self, *_):
        fcntl.flock(self.users, fcntl.LOCK_UN)
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else's still
        for name in ("ministack", "opensearch"):
            self.script(name, "stop")
        self.users.close()

    @property
    def endpoints(self):
        return tuple(f"http://127.0.0.1:{self.environment[name]}" for name in ("MINISTACK_PORT", "OPENSEARCH_PORT"))
