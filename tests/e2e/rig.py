"""Starts vams-rig, the deployment of any size with faults by a seed (testing/rig/README.md)."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import urllib.parse
import urllib.request

import boto3
import pytest
from botocore.config import Config

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "us-east-1"
# A small deployment with everything in it.
ASSETS, FILES, BUCKETS, BIG = 57, 7, 3, 40
SHAPE = ("--assets", ASSETS, "--files-per-asset", FILES, "--buckets", BUCKETS, "--big-asset", BIG)
PREFIXES = ("", "", "a/b/")


@dataclasses.dataclass
class Rig:
    """One that runs. Its command, which a failing test prints, is all that is needed to see the same again."""

    command: list
    process: subprocess.Popen
    port: int
    opensearch_port: int

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, what):
        with urllib.request.urlopen(f"{self.url}/_rig/{what}", timeout=30) as reply:
            return json.load(reply)

    def post(self, what, body=None):
        request = urllib.request.Request(f"{self.url}/_rig/{what}", json.dumps(body or {}).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    @property
    def stats(self):
        return self.get("stats")

    def faults(self, **plan):
        self.post("faults", plan)

    def client(self, service, key="rig", **config):
        """A foreign client, which tries everything once."""
        config = {"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": "path"}, "read_timeout": 20, **config}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key="rig",
                            config=Config(**config))

    def environment(self):
        """For the program under test."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "rig", "AWS_SECRET_ACCESS_KEY": "rig", "AWS_REGION": REGION}

    def write_config(self, path, **changes):
        path.write_text(json.dumps({**self.get("config"), **changes}))
        return path


@contextlib.contextmanager
def running_rig(program, *arguments, **faults):
    command = [str(program), *map(str, arguments), *(["--faults", json.dumps(faults)] if faults else [])]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        line = process.stdout.readline()
        assert line, f"did not start: {command}"
        yield Rig(command, process, **json.loads(line))
    finally:
        process.terminate()
        code = process.wait(20)
        process.stdout.close()
    assert code == 0, f"exit code {code}: {command}"


@pytest.fixture(scope="session")
def rig_program(binaries):
    """Beside the programs, or where the tests of the release are built."""
    for folder in (binaries, ROOT / "build/release/bin"):
        if (folder / "vams-rig").exists():
            return folder / "vams-rig"
    raise AssertionError("vams-rig is not built: ./dev build dev")


@pytest.fixture
def start_rig(rig_program):
    """start_rig(*arguments, **faults) -> Rig; ended with the test, whose failure prints its command."""
    rigs = []

    def start(*arguments, **faults):
        rigs.append(running_rig(rig_program, *(arguments or SHAPE), **faults))
        rig = rigs[-1].__enter__()
        print("rig:", " ".join(f"'{word}'" if "{" in word else word for word in rig.command))
        return rig

    yield start
    for rig in rigs:
        rig.__exit__(None, None, None)


def bucket_name(bucket):
    return f"vams-rig-bucket-{bucket}"


def listed(s3, bucket, **how):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket_name(bucket), **how)
    return [entry for page in pages for entry in page.get("Contents", [])]


def event(bucket, key):
    return json.dumps({"Records": [{"s3": {"bucket": {"name": bucket_name(bucket)}, "object": {"key": urllib.parse.quote_plus(key)}}}]})


def publish(sns, bucket, keys):
    entries = [{"Id": f"id{i}", "Message": event(bucket, key)} for i, key in enumerate(keys)]
    return sns.publish_batch(TopicArn=topic(bucket), PublishBatchRequestEntries=entries)


def topic(bucket):
    return f"arn:aws:sns:us-east-1:123456789012:vams-rig-topic-{bucket}"


def code_of(error):
    return error.value.response["Error"]["Code"]


def scanned(dynamodb, segments=1, limit=None, table="vams-rig-assets"):
    rows = []
    for segment in range(segments):
        how = {"PaginationConfig": {"PageSize": limit}} if limit else {}
        pages = dynamodb.get_paginator("scan").paginate(TableName=table, Segment=segment, TotalSegments=segments, **how)
        rows += [item for page in pages for item in page["Items"]]
    return rows
