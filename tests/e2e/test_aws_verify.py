"""What goes wrong between a migration and the indexes is named one by one, with its cause, and repaired where it can be.
The servers: VAMS_TEST_AWS_ENDPOINT, VAMS_TEST_OPENSEARCH_ENDPOINT, or started here."""

import contextlib
import json
import urllib.parse

import pytest
from aws_checker import Checker

REFUSED_TEXT = "no date at all"


@pytest.fixture(scope="module")
def migrated(make_vams):
    """A deployment after a migration, with nothing left to find."""
    vams = make_vams("verify", assets=120, files=600)
    vams.migrate("--skip-verification")
    vams.catch_up()
    repair(vams)  # what no event may tell of
    assert Checker(vams.deployment).differences() == []
    return vams


@pytest.fixture
def vams(migrated):
    """The same, its services stopped; the tests leave it without differences."""
    yield migrated
    migrated.stop_indexers()


def found(ran):
    return {(f["index"], f["id"], f["kind"]) for f in ran.json["findings"] if f["kind"] not in ("skipped", "withheld")}


def causes(ran):
    return {f["id"]: f["cause"] for f in ran.json["findings"] if f["kind"] not in ("skipped", "withheld")}


def seen_by_the_checker(vams):
    return {(d.index, d.id, d.kind) for d in Checker(vams.deployment).differences()}


def verify(vams, *args, **options):
    return vams.migrate("verify", *args, "--output", "json", **options)


def repair(vams, *args):
    """Repairs, lets the indexers work off what was sent, and looks again. The wait of the program itself, which has to last until others'
    functions have surely been called, is left to test_repair_of_everything_at_once. Returns what was repaired, and the second verification."""
    config = vams.write_config("hasty.json", verification_wait_time=0)
    repaired = verify(vams, "--repair", *args, config=config, expect=None)
    assert repaired.code in (0, 1) and repaired.json["repair"]["failed"] == 0, repaired
    vams.catch_up()
    return repaired.json["repair"], verify(vams, expect=None)


def test_after_a_migration_everything_is_as_it_should_be(vams):
    before = vams.deployment.tables_contents()
    ran = vams.migrate("verify")
    assert ran.out.splitlines()[-1] == "Everything is as it should be."
    assert vams.deployment.tables_contents() == before
    assert found(verify(vams)) == set()


@contextlib.contextmanager
def metadata(vams, database_id, sort_key, **attributes):
    """A metadata row, taken away again."""
    key = {"databaseId": {"S": database_id}, "assetId": {"S": sort_key}}
    table = vams.deployment.tables["metadata"]
    vams.deployment.dynamodb.put_item(TableName=table, Item={**key, **attributes})
    yield
    vams.deployment.dynamodb.delete_item(TableName=table, Key=key)


def pick(vams, documents, number, plain=lambda document: True):
    """Ids of documents of different assets, always the same."""
    chosen, assets = [], set()
    for name, (document, *others) in sorted(documents.items()):
        asset = tuple(name.split("#")[:2])
        if asset not in assets and not others and plain(document):
            chosen.append(name)
            assets.add(asset)
    assert len(chosen) >= number
    return chosen[:number]


def published_keys(body):
    """The keys of a queued message, whether SNS has wrapped it or not."""
    message = json.loads(body)
    message = json.loads(message["Message"]) if "Message" in message else message
    return [urllib.parse.unquote_plus(record["s3"]["object"]["key"]) for record in message.get("Records", [])]


def test_a_message_that_was_lost(vams):
    """Published, counted, and gone before the indexer saw it: only a comparison by id tells."""
    deployment = vams.deployment
    deployment.search().delete_by_query(index=deployment.file_index, body={"query": {"match_all": {}}}, params={"refresh": "true"})
    vams.run("vams-reindex", "--operation", "files", "--asset-table", deployment.tables["assets"], "--s3-buckets-table", deployment.tables["buckets"],
             "--sns-topic", "auto")
    lost = []
    for role in deployment.queues:
        message = deployment.sqs.receive_message(QueueUrl=deployment.queues[role], MaxNumberOfMessages=1)["Messages"][0]
        deployment.sqs.delete_message(QueueUrl=deployment.queues[role], ReceiptHandle=message["ReceiptHandle"])
        lost += [(deployment.buckets[role], key) for key in published_keys(message["Body"])]
    assert len(lost) >= 3
    vams.catch_up()
    state = Checker(deployment).state()
    gone = {name for name, places in state.files.sources.items() if set(places) <= set(lost)}
    ran = verify(vams, expect=1)
    assert found(ran) == {("files", name, "missing") for name in gone | state.undelivered.keys()} == seen_by_the_checker(vams)
    why = causes(ran)
    for name in gone:
        # The row of this bucket has no prefix, by which the deployed bucket sync would not find it.
        unfound = state.files.sources[name][0][0] == deployment.buckets["plain"]
        assert why[name] == ("sync-refuses-bucket" if unfound else "not in the index"), name
    assert all(why[name] in {f"withheld: {word}" for word in words} for name, words in state.undelivered.items())

    repaired, ran = repair(vams)
    assert repaired["files"] + repaired["files_indexed_directly"] == len(gone) + len(state.undelivered)
    assert repaired["files"] == sum(why[name] == "not in the index" for name in gone)
    assert ran.code == 0 and found(ran) == set()
    assert seen_by_the_checker(vams) == set()


def test_repair_of_everything_at_once(vams):
    deployment, search = vams.deployment, vams.deployment.search()
    state = Checker(deployment).state()
    assets, files = state.assets, state.files
    delivered = {name: documents for name, documents in files.documents.items() if name not in state.undelivered}
    stale_file, other_file, gone_file = pick(vams, delivered, 3)
    stale_asset, gone_asset, touched_asset = pick(vams, assets.documents, 6)[3:]

    # Behind the program's back: two documents changed, one deleted, one made up.
    search.update(index=deployment.file_index, id=stale_file, body={"doc": {"num_filesize": 1, "str_etag": "old"}})
    search.update(index=deployment.asset_index, id=stale_asset, body={"doc": {"str_assetname": "the old name"}})
    search.delete(index=deployment.file_index, id=gone_file)
    search.index(index=deployment.file_index, id="models#ghost#/ghost.obj", body={"str_key": "/ghost.obj"})
    # An asset whose row is gone, without a record on the stream that would say so.
    database_id, asset_id = gone_asset.split("#")
    key = {"databaseId": {"S": database_id}, "assetId": {"S": asset_id}}
    row = deployment.dynamodb.get_item(TableName=deployment.tables["assets"], Key=key)["Item"]
    deployment.dynamodb.delete_item(TableName=deployment.tables["assets"], Key=key)
    # A tag that the asset's own files should bear too.
    database_id, asset_id = touched_asset.split("#")
    deployment.dynamodb.update_item(TableName=deployment.tables["assets"], Key={"databaseId": {"S": database_id}, "assetId": {"S": asset_id}},
                                    UpdateExpression="SET tags = :tags", ExpressionAttributeValues={":tags": {"L": [{"S": "new"}]}})
    search.indices.refresh(index=f"{deployment.asset_index},{deployment.file_index}")

    expected = seen_by_the_checker(vams)
    assert {("files", stale_file, "stale"), ("assets", stale_asset, "stale"), ("files", gone_file, "missing"), ("assets", gone_asset, "unexpected"),
            ("files", "models#ghost#/ghost.obj", "unexpected"), ("assets", touched_asset, "stale")} <= expected
    ran = verify(vams, "--explain", expect=1)
    assert found(ran) == expected
    why = causes(ran)
    assert why[stale_file] == "fields num_filesize, str_etag differ"
    assert why[stale_asset] == "field str_assetname differs"
    assert why[touched_asset] == "field list_tags differs"
    assert why[gone_asset] == "no asset record"
    assert why["models#ghost#/ghost.obj"] == "no asset record"
    shown = {f["id"]: f.get("detail", "") for f in ran.json["findings"]}
    assert "the old name" in shown[stale_asset]

    _, ran = repair(vams)
    assert ran.code == 1 and {kind for _, _, kind in found(ran)} == {"unexpected"}, "more than the unexpected is left"
    # And as it is done: with the services at work, one command, which waits for them.
    search.update(index=deployment.file_index, id=other_file, body={"doc": {"str_etag": "old"}}, params={"refresh": "true"})
    vams.start_indexers()
    ran = verify(vams, "--repair", "--remove-unexpected")
    assert found(ran) == set() == seen_by_the_checker(vams)
    assert set(vams.stop_indexers().values()) == {0}

    # The asset comes back: its row makes its document and, after a repair, those of its files.
    deployment.dynamodb.put_item(TableName=deployment.tables["assets"], Item=row)
    _, ran = repair(vams)
    assert ran.code == 0 and seen_by_the_checker(vams) == set()


def test_a_document_that_the_mapping_refuses(vams):
    """One field that the index cannot take; who knows the reason can mend the source, and the repair then succeeds."""
    deployment, search = vams.deployment, vams.deployment.search()
    name = pick(vams, Checker(deployment).state().files.documents, 2)[1]
    database_id, asset_id, path = name.split("#", 2)
    search.indices.put_mapping(index=deployment.file_index, body={"properties": {"MD_str_conflict": {"type": "date"}}})
    with metadata(vams, database_id, asset_id + path, conflict={"S": REFUSED_TEXT}):
        _, ran = repair(vams)
        assert ran.code == 1 and found(ran) == {("files", name, "stale")}, ran
        assert "MD_str_conflict" in causes(ran)[name], "the field at fault is not named"
        # The document is there without that one field: better than none.
        assert {(d.id, d.detail) for d in Checker(deployment).differences()} == {(name, f"MD_str_conflict: {REFUSED_TEXT!r} expected, '(absent)' found")}
    # Without that row the document is as it should be.
    assert found(verify(vams)) == seen_by_the_checker(vams) == set()


def test_a_deleted_object(vams):
    """The document of a file that is gone is unexpected, and removed only when asked."""
    deployment = vams.deployment
    files = Checker(deployment).state().files
    plain = {name: documents for name, documents in files.documents.items() if files.sources[name][0][0] == deployment.buckets["plain"]}
    name = pick(vams, plain, 1)[0]
    bucket, key = files.sources[name][0]
    kept = deployment.s3.get_object(Bucket=bucket, Key=key)
    content, of_object = kept["Body"].read(), kept["Metadata"]
    deployment.s3.delete_object(Bucket=bucket, Key=key)
    ran = verify(vams, expect=1)
    assert found(ran) == {("files", name, "unexpected")}
    assert causes(ran)[name] == "no object that the rules index"
    repaired, ran = repair(vams, "--remove-unexpected")
    assert repaired["removed"] == 1 and found(ran) == set()
    deployment.put_objects([(bucket, key, content, of_object)])
    _, ran = repair(vams)
    assert ran.code == 0 and seen_by_the_checker(vams) == set()


def test_a_file_whose_id_no_index_takes(vams):
    """Neither a repair nor patience helps: the cause says so, and nothing is sent for it."""
    deployment = vams.deployment
    asset = next(asset for asset in deployment.content.assets if asset.asset_id.startswith("asset-") and asset.role == "nested")
    name, key = f"{asset.database_id}#{asset.asset_id}#/{'🚀' * 130}.obj", f"{asset.base}{'🚀' * 130}.obj"
    deployment.put_objects([(deployment.buckets["nested"], key, b"o long\n", deployment.content.names(asset))])
    ran = verify(vams, expect=1)
    assert found(ran) == {("files", name, "missing")} and causes(ran)[name] == "its id has more bytes than an index takes"
    assert [group["fix"].split()[:3] for group in ran.json["errors"]] == [["give", "the", "object"]]
    repaired, ran = repair(vams)
    assert repaired["files"] == repaired["files_indexed_directly"] == 0 and found(ran) == {("files", name, "missing")}
    deployment.s3.delete_object(Bucket=deployment.buckets["nested"], Key=key)
    assert found(verify(vams)) == set()
