"""The end-to-end tests' own reading of the rules makes every document of the golden cases, and no other."""

import datetime
import json
import pathlib
import urllib.parse

import aws_checker
import aws_content
import aws_rules_documents as rules
import pytest
from aws_rules_fields import InAnyOrder, NotIndexed, OneOf, same

GOLDEN = pathlib.Path(__file__).parents[1] / "fixtures" / "golden"
TABLES = ("assets", "metadata", "buckets", "links", "versions")


def cases(name):
    # Values hold other line ends than \n, so no splitlines().
    return [json.loads(line) for line in (GOLDEN / f"{name}_cases.jsonl").read_text("utf-8").split("\n") if line]


def typed(value):
    """A value of the cases in DynamoDB's form."""
    match value:
        case bool():
            return {"BOOL": value}
        case None:
            return {"NULL": True}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case list():
            return {"L": [typed(item) for item in value]}
        case {"$ddb": plain}:
            return plain
    return {"M": {name: typed(item) for name, item in value.items()}}


def snapshot_of(state):
    objects = {}
    for o in state.get("objects", []):
        at = (o["bucket"], o["key"])
        objects.pop(at, None)
        if not o.get("delete_marker"):
            modified = datetime.datetime.fromisoformat(o["last_modified"].replace("Z", "+00:00"))
            metadata = {name.lower(): value for name, value in o["metadata"].items()}
            objects[at] = rules.StoredObject(o["size"], modified, o["etag"], o["version_id"], metadata)
    tables = state.get("tables", {})
    rows = {name: [{key: typed(value) for key, value in item.items()} for item in tables.get(name, [])] for name in TABLES}
    return rules.Snapshot(**rows, objects=objects)


def image(record):
    held = record["dynamodb"]
    return held.get("OldImage" if record["eventName"] == "REMOVE" else "NewImage") or {}


def made(make, *args, **options):
    try:
        return [make(*args, **options)]
    except NotIndexed:
        return []


def direct(snapshot, event, need, make, operations):
    values = [event.get(name) for name in need]
    if event.get("operation") not in operations or any(value is None for value in values):
        return []
    archived = event.get("isArchived", False)
    assert isinstance(archived, bool), "such a call belongs to a case of its own"
    return made(make, snapshot, *map(str, values), archived=archived)


def asset_documents(snapshot, event):
    """Sections 3.2 and 4.1, as far as they make documents."""
    if "Records" not in event:
        yield from direct(snapshot, event, ("databaseId", "assetId"), rules.asset_document, ("index", "delete"))
        return
    for record in event["Records"] or []:
        if not isinstance(record, dict):
            return  # status 500: the rest of the event is lost
        if record.get("eventSource") != "aws:dynamodb":
            continue
        arn, row = record.get("eventSourceARN", ""), image(record) if record.get("dynamodb") else {}
        database_id, sort_key = rules.text(row, "databaseId"), rules.text(row, "assetId")
        if "AssetStorageTable" in arn:
            # A removal of a row that is still there indexes it.
            if database_id and sort_key:
                yield from made(rules.asset_document, snapshot, database_id, sort_key)
        elif "MetadataStorageTable" in arn:
            if database_id and sort_key:
                asset_id, _, path = sort_key.partition("#")
                if path in ("", "/"):
                    yield from made(rules.asset_document, snapshot, database_id, asset_id)
        elif "AssetLinksStorageTableV2" in arn:
            ends = [rules.text(row, name) for name in ("fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId")]
            if all(end and ":" in end for end in ends):
                for end in ends:
                    yield from made(rules.asset_document, snapshot, *end.split(":", 1))


def json_or(value, otherwise):
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return otherwise


def s3_records(records):
    """The S3 records of an event, section 5.1, and the metadata records among them."""
    for record in records:
        source = record.get("eventSource")
        if source == "aws:s3" or source == "aws:dynamodb":
            yield record
        elif source == "aws:sqs":
            body = json_or(record.get("body"), {})
            if not isinstance(body, dict):
                return  # status 500: the rest of the event is lost
            if body.get("Type") == "Notification":
                message = json_or(body.get("Message"), {})
                if not isinstance(message, dict) or message.get("Records", []) is None:
                    return
                yield from (inner for inner in message.get("Records", []) if inner.get("eventSource") == "aws:s3")


def file_documents(snapshot, event):
    """Sections 3.2 and 5.1 to 5.3, as far as they make documents."""
    if "Records" not in event:
        need = ("databaseId", "assetId", "filePath", "bucketName", "s3Key")
        yield from direct(snapshot, event, need, rules.file_document, ("index",))
        return
    for record in s3_records(event["Records"] or []):
        if record["eventSource"] == "aws:dynamodb":
            row = image(record) if "dynamodb" in record else {}
            database_id, sort_key = rules.text(row, "databaseId"), rules.text(row, "assetId")
            if database_id and sort_key and record["eventName"] != "REMOVE":
                yield from made(rules.file_of_metadata, snapshot, database_id, sort_key)
            continue
        where = record.get("s3") or {}
        key = (where.get("object") or {}).get("key") or ""
        if isinstance(key, str) and "Delete" not in record.get("eventName", ""):
            key = urllib.parse.unquote_plus(key)
            yield from made(rules.file_of_object, snapshot, (where.get("bucket") or {}).get("name"), key)


def check(case, documents):
    expected = [(e["id"], e["document"]) for e in case["expected"] if e["action"] == "index"]
    found = list(documents(snapshot_of(case["state"]), case["event"]))
    assert [one[0] for one in found] == [one[0] for one in expected], case["why"]
    for (name, want), (_, have) in zip(expected, found):
        assert have.keys() == want.keys(), f"{name}: {case['why']}"
        for field, value in want.items():
            # The rules say where an order is arbitrary; the recorded one must be among those.
            assert same(have[field], value), f"{name} {field}: {have[field]!r}, recorded {value!r}: {case['why']}"


@pytest.mark.parametrize("case", cases("asset"), ids=lambda case: case["name"])
def test_makes_the_documents_of_an_asset_case(case):
    check(case, asset_documents)


@pytest.mark.parametrize("case", cases("file"), ids=lambda case: case["name"])
def test_makes_the_documents_of_a_file_case(case):
    check(case, file_documents)


def test_the_cases_hold_documents_in_number():
    assert sum(e["action"] == "index" for name in ("asset", "file") for case in cases(name) for e in case["expected"]) > 300


def test_tells_documents_apart():
    assert same({"a": 1, "b": [True, None, "x"]}, {"b": [True, None, "x"], "a": 1.0})
    for other in ({"a": 2}, {"a": True}, {"a": "1"}, {"a": None}, {}, {"a": 1, "b": None}, {"a": [1]}):
        assert not same({"a": 1}, other)
    assert same(OneOf(["x", "y"]), "y") and not same(OneOf(["x", "y"]), "z")
    assert same(InAnyOrder(["b", "a"]), ["b", "a"]) and not same(InAnyOrder(["b", "a"]), ["a"])


def documents(**bodies):
    expected = aws_checker.Expected()
    for name, body in bodies.items():
        expected.add((name, "source"), lambda name=name, body=body: (name, body))
    return expected


def test_a_comparison_names_each_difference_both_ways():
    expected = documents(right={"a": 1}, stale={"a": 1, "b": [True]}, missing={"a": 1}, short={"a": 1, "b": 2}, long={"a": 1})
    actual = {"right": {"a": 1}, "stale": {"a": 1, "b": [1]}, "short": {"a": 1}, "long": {"a": 1, "b": None}, "unexpected": {}}
    found = {d.id: d for d in aws_checker.compare("files", expected, actual)}
    assert {name: d.kind for name, d in found.items()} == {"stale": "stale", "missing": "missing", "short": "stale", "long": "stale", "unexpected": "unexpected"}
    assert found["short"].detail == "b: 2 expected, '(absent)' found"
    assert aws_checker.compare("files", documents(right={"a": 1}), {"right": {"a": 1}}) == []


def test_of_two_sources_with_one_id_either_is_right():
    expected = aws_checker.Expected()
    for source, size in (("one", 1), ("two", 2)):
        expected.add(("bucket", source), lambda size=size: ("id", {"size": size}))
    assert expected.sources == {"id": [("bucket", "one"), ("bucket", "two")]}
    assert aws_checker.compare("files", expected, {"id": {"size": 1}}) == aws_checker.compare("files", expected, {"id": {"size": 2}}) == []
    assert len(aws_checker.compare("files", expected, {"id": {"size": 3}})) == 1


def test_an_id_that_no_index_takes_is_no_document():
    expected = documents(**{"é" * 256: {}, "é" * 256 + "x": {}})
    assert list(expected.documents) == ["é" * 256] and list(expected.reasons.values()) == ["an id over 512 bytes"]


def test_the_content_of_the_deployment_is_the_same_each_time():
    names = {role: f"bucket-{role}" for role in aws_content.PREFIXES}
    one, other = (aws_content.Content(names, names, assets=60, files=300) for _ in range(2))
    assert one.rows == other.rows and one.objects == other.objects
    assert len(one.objects) == 300 and len({(bucket, key) for bucket, key, *_ in one.objects}) == 300
    assert one.rows != aws_content.Content(names, names, assets=60, files=300, seed=1).rows
