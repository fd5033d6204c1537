"""Compares a deployment with its two indexes, both ways, by the rules as aws_rules_*.py read them.

    checker = Checker(deployment)
    assert checker.differences() == []
"""

import contextlib
import dataclasses

import aws_rules_documents as rules
import aws_rules_sync as sync
from aws_objects import FastObjects
from aws_rules_fields import NotIndexed, same

SLICE, WINDOW = 3000, 10_000  # documents in a slice on average and at most
LONGEST_ID = 512  # bytes; OpenSearch takes no longer one


@dataclasses.dataclass(frozen=True)
class Difference:
    """One document that is not as it should be."""

    index: str  # "assets" or "files"
    id: str
    kind: str  # "missing", "stale" or "unexpected"
    detail: str = ""

    def __str__(self):
        return f"{self.kind} in {self.index}: {self.id!r} {self.detail}"


class Expected:
    """The documents of one index by id; two sources may have one id, and then either is right."""

    def __init__(self):
        self.documents = {}
        self.sources = {}  # id to what it was made of: (databaseId, assetId) or (bucket, key)
        self.reasons = {}  # source to the reason why it has no document

    def add(self, source, make, *args):
        try:
            name, document = make(*args)
            if len(name.encode()) > LONGEST_ID:
                raise NotIndexed("an id over 512 bytes")
        except NotIndexed as reason:
            self.reasons[source] = str(reason)
            return
        self.documents.setdefault(name, []).append(document)
        self.sources.setdefault(name, []).append(source)


def expected_assets(snapshot):
    expected = Expected()
    for key in snapshot.asset_rows:
        expected.add(key, rules.asset_document, snapshot, *key)
    return expected


def expected_files(snapshot):
    """Of the objects below the prefixes of the buckets table; others are in no migration."""
    expected = Expected()
    places = [(rules.text(row, "bucketName"), rules.normalised_prefix(row)) for row in snapshot.buckets]
    for bucket, key in snapshot.objects:
        if any(bucket == where and key.startswith(prefix) for where, prefix in places):
            expected.add((bucket, key), rules.file_of_object, snapshot, bucket, key)
    return expected


def difference_of(documents, found):
    """What differs from the nearest of the documents that would be right, or None."""
    if any(same(document, found) for document in documents):
        return None
    document = documents[0]
    names = sorted(name for name in document.keys() | found.keys()
                   if (name in document) != (name in found) or not same(document[name], found[name]))
    shown = (f"{name}: {document.get(name, '(absent)')!r} expected, {found.get(name, '(absent)')!r} found" for name in names)
    return "; ".join(shown)


def compare(index, expected, actual):
    """All differences of one index, by id."""
    found = []
    for name in sorted(expected.documents.keys() | actual.keys()):
        if name not in actual:
            found.append(Difference(index, name, "missing"))
        elif name not in expected.documents:
            found.append(Difference(index, name, "unexpected"))
        elif detail := difference_of(expected.documents[name], actual[name]):
            found.append(Difference(index, name, "stale", detail))
    return found


class Checker:
    """Reads with boto3 and opensearch-py. Objects that list as before are not asked for again."""

    def __init__(self, deployment):
        self.deployment = deployment
        self.fast = FastObjects(deployment.site)
        self.heads = {}  # (bucket, key): (what the listing said, StoredObject)

    def snapshot(self):
        tables = {role: self.deployment.scan(role) for role in ("assets", "metadata", "buckets", "links", "versions")}
        return rules.Snapshot(**tables, objects=self.objects())

    def objects(self):
        listed = {}
        for bucket in self.deployment.buckets.values():
            for page in self.deployment.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for one in page.get("Contents", []):
                    listed[bucket, one["Key"]] = (one["ETag"], one["LastModified"], one["Size"])
        changed = [ref for ref, said in listed.items() if ref not in self.heads or self.heads[ref][0] != said]
        fresh = self.fast.head_all(changed)
        kept = {ref: self.heads[ref] for ref in listed if ref not in fresh}
        self.heads = {**kept, **{ref: (listed[ref], head) for ref, head in fresh.items() if head is not None}}
        return {ref: head for ref, (_, head) in self.heads.items()}

    def documents(self, index):
        """Every document of an index, through one point in time."""
        with contextlib.closing(self.deployment.search()) as search:
            search.indices.refresh(index=index, ignore=[403, 404])  # a serverless collection refreshes by itself
            slices = search.count(index=index)["count"] // SLICE + 2  # two at least are needed
            point = search.create_pit(index=index, params={"keep_alive": "2m"})["pit_id"]
            try:
                found = {}
                for i in range(slices):
                    body = {"size": WINDOW, "track_total_hits": True, "query": {"match_all": {}}, "pit": {"id": point, "keep_alive": "2m"},
                            "slice": {"id": i, "max": slices}}
                    hits = search.search(body=body)["hits"]
                    assert hits["total"] == {"value": len(hits["hits"]), "relation": "eq"}, "a slice holds more than one answer can"
                    found.update((hit["_id"], hit["_source"]) for hit in hits["hits"])
                return found
            finally:
                search.delete_pit(body={"pit_id": [point]})

    def state(self):
        return State(self.snapshot())

    def differences(self, state=None):
        state = state or self.state()
        return (compare("assets", state.assets, self.documents(self.deployment.asset_index))
                + compare("files", state.files, self.documents(self.deployment.file_index)))


class State:
    """What there should be, and of which files no event is sent."""

    def __init__(self, snapshot):
        self.assets, self.files = expected_assets(snapshot), expected_files(snapshot)
        self.withheld = sync.withheld(snapshot, self.files)  # (bucket, key) to a hazard
        self.undelivered = sync.undelivered(self.files, self.withheld)  # id to the hazards of its sources
        self.published = sum(map(len, self.files.sources.values())) - len(self.withheld)
