"""That vams-rig, against which the program is proved, is right itself: boto3 is the client, a plain model in Python says what there is."""

import time
import urllib.error

import pytest
from rig import (ASSETS, BIG, BUCKETS, FILES, PREFIXES, SHAPE, bucket_name, code_of, event, listed, publish, running_rig, scanned, start_rig,  # noqa: F401
                 rig_program, topic)


def model():
    """(bucket, asset id, number of files) of every asset, in the order of the keys."""
    for bucket in range(BUCKETS):
        for nth, asset in enumerate(range(bucket, ASSETS, BUCKETS)):
            files = BIG if asset == ASSETS // 2 else 0 if nth % 10 == 9 else FILES
            yield bucket, f"asset-{asset:08d}", files


# The deployment.

def test_lists_what_the_model_says_in_byte_order_whatever_the_page(start_rig):
    s3 = start_rig().client("s3")
    for bucket in range(BUCKETS):
        keys = [entry["Key"] for entry in listed(s3, bucket)]
        assert keys == sorted(keys, key=str.encode)
        of_assets = [(asset, n) for b, asset, files in model() if b == bucket for n in range(files)]
        starts = [f"{PREFIXES[bucket]}{asset}/scans/part-{n:08d}" for asset, n in of_assets]
        assert len(keys) == len(starts) and all(key.startswith(start) for key, start in zip(keys, starts, strict=True))
        assert any(" " in key for key in keys) and any("ø" in key for key in keys)
        for size in (1, 13, 1000):
            assert [entry["Key"] for entry in listed(s3, bucket, PaginationConfig={"PageSize": size})] == keys
        for after in (keys[0], keys[17], keys[17][:-2], keys[-1], PREFIXES[bucket] + "asset-00000020"):
            assert [e["Key"] for e in listed(s3, bucket, StartAfter=after)] == [k for k in keys if k.encode() > after.encode()]
        for prefix in (keys[len(keys) // 2][:-9], keys[3], "b"):
            assert [entry["Key"] for entry in listed(s3, bucket, Prefix=prefix)] == [key for key in keys if key.startswith(prefix)]


@pytest.mark.parametrize("delimiter", ["/", "0", "art-"])
@pytest.mark.parametrize("size", [2, 1000])
def test_rolls_up_what_stands_before_a_delimiter(start_rig, delimiter, size):
    s3 = start_rig().client("s3")
    for bucket in range(BUCKETS):
        keys = [entry["Key"] for entry in listed(s3, bucket)]
        for prefix in ("", PREFIXES[bucket] + "asset-0000001", keys[5][:-4]):
            expected_keys, expected_common = [], []
            for key in keys:
                cut = key.find(delimiter, len(prefix)) if key.startswith(prefix) else None
                if cut == -1:
                    expected_keys.append(key)
                elif cut is not None and key[:cut + len(delimiter)] not in expected_common:
                    expected_common.append(key[:cut + len(delimiter)])
            pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket_name(bucket), Delimiter=delimiter, Prefix=prefix,
                                                                      PaginationConfig={"PageSize": size}))
            assert [e["Key"] for page in pages for e in page.get("Contents", [])] == expected_keys
            assert [c["Prefix"] for page in pages for c in page.get("CommonPrefixes", [])] == expected_common
            assert all(page["KeyCount"] <= size for page in pages)


def test_a_head_says_what_the_listing_said_and_whose_it_is(start_rig):
    s3 = start_rig().client("s3")
    for bucket in range(BUCKETS):
        for entry in listed(s3, bucket)[::9]:
            head = s3.head_object(Bucket=bucket_name(bucket), Key=entry["Key"])
            assert (head["ContentLength"], head["LastModified"], head["ETag"]) == (entry["Size"], entry["LastModified"], entry["ETag"])
            asset = entry["Key"].removeprefix(PREFIXES[bucket]).split("/")[0]
            assert head["Metadata"] == {"assetid": asset, "databaseid": f"database-{int(asset[6:]) % 7}"}
            assert ("VersionId" in head) == (bucket == 1)


def test_there_is_nothing_else(start_rig):
    rig = start_rig("--refuse-delimiter", *SHAPE)
    s3 = rig.client("s3")
    key = listed(s3, 0)[0]["Key"]
    for wrong in (key + "x", key[:-1], key.replace("asset-0000000", "asset-0000001"), "x", "asset-00000027/scans/part-00000000.glb"):
        with pytest.raises(s3.exceptions.ClientError) as error:
            s3.head_object(Bucket=bucket_name(0), Key=wrong)
        assert code_of(error) == "404"
    with pytest.raises(s3.exceptions.ClientError) as error:
        s3.list_objects_v2(Bucket=bucket_name(BUCKETS))
    assert code_of(error) == "NoSuchBucket"
    with pytest.raises(s3.exceptions.ClientError) as error:
        s3.list_objects_v2(Bucket=bucket_name(0), Delimiter="/")
    assert code_of(error) == "AccessDenied"
    assert s3.head_bucket(Bucket=bucket_name(1))["BucketRegion"] == "us-east-1"


def test_awkward_keys_are_those_that_events_encode(start_rig):
    s3 = start_rig("--awkward-keys", *SHAPE).client("s3")
    keys = [entry["Key"] for entry in listed(s3, 0)]
    assert any("+" in key for key in keys) and any("%" in key for key in keys)
    for key in keys[::5]:
        s3.head_object(Bucket=bucket_name(0), Key=key)


# Events.

def test_counts_each_event_once_and_what_is_missing(start_rig):
    rig = start_rig("--awkward-keys", *SHAPE)
    s3, sns = rig.client("s3"), rig.client("sns")
    everything = sum(files for _, _, files in model())
    keys = [entry["Key"] for entry in listed(s3, 2)]
    assert s3.get_bucket_notification_configuration(Bucket=bucket_name(2))["TopicConfigurations"][0]["TopicArn"] == topic(2)
    for i in range(0, len(keys) - 1, 10):
        chunk = keys[i:min(i + 10, len(keys) - 1)]
        assert [one["Id"] for one in publish(sns, 2, chunk)["Successful"]] == [f"id{n}" for n in range(len(chunk))]
    publish(sns, 2, keys[:3])
    publish(sns, 2, ["nobody/knows.glb"])
    sns.publish_batch(TopicArn=topic(1), PublishBatchRequestEntries=[{"Id": "a", "Message": event(2, keys[0])}])
    events = rig.stats["events"]
    assert (events["expected"], events["distinct"], events["repeated"]) == (everything, len(keys) - 1, 3)
    assert (events["arrived"], events["unknown_keys"], events["wrong_topics"]) == (len(keys) + 2, 1, 1)
    missing = rig.get(f"missing?limit={everything}")["files"]
    assert len(missing) == everything - len(keys) + 1
    assert [one["key"] for one in missing if one["bucket"] == bucket_name(2)] == [keys[-1]]


@pytest.mark.parametrize("entries, code", [
    ([{"Id": "a", "Message": "{}"}] * 2, "BatchEntryIdsNotDistinct"),
    ([{"Id": str(i), "Message": "{}"} for i in range(11)], "TooManyEntriesInBatchRequest"),
    ([{"Id": str(i), "Message": "x" * 30_000} for i in range(10)], "BatchRequestTooLong"),
])
def test_refuses_batches_that_sns_refuses(start_rig, entries, code):
    rig = start_rig()
    sns = rig.client("sns")
    with pytest.raises(sns.exceptions.ClientError) as error:
        sns.publish_batch(TopicArn=topic(0), PublishBatchRequestEntries=entries)
    assert code_of(error).startswith(code)
    assert rig.stats["events"]["unknown_keys"] == 0, "nothing of a refused batch may count"


def test_a_reset_forgets_all(start_rig):
    rig = start_rig()
    publish(rig.client("sns"), 0, [entry["Key"] for entry in listed(rig.client("s3"), 0)][:5])
    rig.post("reset")
    stats = rig.stats
    assert stats["requests_sum"] == 0 and stats["events"]["distinct"] == 0 and stats["first_request_ms"] == 0


# Tables.

def key_of(row):
    return {"databaseId": row["databaseId"], "assetId": row["assetId"]}


def touch(dynamodb, key, **changes):
    request = {"TableName": "vams-rig-assets", "Key": key, "UpdateExpression": "SET #d = :v", "ConditionExpression": "attribute_exists(databaseId)",
               "ExpressionAttributeNames": {"#d": "_os_reindex_date"}, "ExpressionAttributeValues": {":v": {"S": "2025-05-31T22:00:00.123456+00:00"}}}
    return dynamodb.update_item(**{**request, **changes})


@pytest.mark.parametrize("segments, limit", [(1, None), (1, 1), (4, 3), (7, 100), (100, 5)])
def test_segments_hold_every_asset_once(start_rig, segments, limit):
    rows = scanned(start_rig().client("dynamodb"), segments, limit)
    assert sorted(row["assetId"]["S"] for row in rows) == [f"asset-{n:08d}" for n in range(ASSETS)]


def test_rows_and_look_ups_agree(start_rig):
    dynamodb = start_rig().client("dynamodb")
    rows = scanned(dynamodb)
    buckets = {row["bucketId"]["S"]: row for row in scanned(dynamodb, table="vams-rig-buckets")}
    assert [row.get("baseAssetsPrefix", {}).get("S") for row in buckets.values()] == [None, "/", "a/b/"]
    for row in rows[::8]:
        assert dynamodb.get_item(TableName="vams-rig-assets", Key=key_of(row))["Item"] == row
        bucket = buckets[row["bucketId"]["S"]]
        location = bucket.get("baseAssetsPrefix", {}).get("S", "/").lstrip("/") + row["assetId"]["S"] + "/"
        assert row["assetLocation"]["M"]["Key"]["S"] == location
        found = dynamodb.query(TableName="vams-rig-assets", IndexName="BucketIdGSI", KeyConditionExpression="#p = :p AND #s = :s",
                               ExpressionAttributeNames={"#p": "bucketId", "#s": "assetId"},
                               ExpressionAttributeValues={":p": row["bucketId"], ":s": row["assetId"]})
        assert found["Items"] == [row]
        other = {"bucketId": row["bucketId"], "bucketName:baseAssetsPrefix": bucket["bucketName:baseAssetsPrefix"]}
        assert dynamodb.get_item(TableName="vams-rig-buckets", Key=other)["Item"] == bucket
    wanted = [key_of(row) for row in rows[:20]] + [{"databaseId": {"S": "database-0"}, "assetId": {"S": "asset-00000001"}}]
    got = dynamodb.batch_get_item(RequestItems={"vams-rig-assets": {"Keys": wanted}, "vams-rig-metadata": {"Keys": wanted[:1]}})
    assert got["Responses"] == {"vams-rig-assets": rows[:20], "vams-rig-metadata": []}
    assert dynamodb.describe_table(TableName="vams-rig-assets")["Table"]["ItemCount"] == ASSETS


def test_takes_the_touch_of_the_program_and_no_other_update(start_rig):
    rig = start_rig()
    dynamodb = rig.client("dynamodb")
    row = scanned(dynamodb)[11]
    for _ in range(2):
        touch(dynamodb, key_of(row))
    after = dynamodb.get_item(TableName="vams-rig-assets", Key=key_of(row))["Item"]
    assert after == {**row, "_os_reindex_date": {"S": "2025-05-31T22:00:00.123456+00:00"}}
    absent = {"databaseId": {"S": "database-0"}, "assetId": {"S": "asset-99999999"}}
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        touch(dynamodb, absent)
    for wrong in ({"ConditionExpression": "attribute_exists(assetId)"}, {"UpdateExpression": "SET #d = :v, x = :v"},
                  {"ExpressionAttributeNames": {"#d": "description"}}):
        with pytest.raises(dynamodb.exceptions.ClientError) as error:
            touch(dynamodb, key_of(row), **wrong)
        assert code_of(error) == "ValidationException"
    touches = rig.stats["touches"]
    assert (touches["distinct"], touches["repeated"], touches["refused_updates"], touches["expected"]) == (1, 1, 3, ASSETS)
    clear = {"UpdateExpression": "REMOVE #d", "ConditionExpression": "attribute_exists(#d)"}
    request = {"TableName": "vams-rig-assets", "Key": key_of(row), "ExpressionAttributeNames": {"#d": "_os_reindex_date"}, **clear}
    dynamodb.update_item(**request)
    assert dynamodb.get_item(TableName="vams-rig-assets", Key=key_of(row))["Item"] == row
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.update_item(**request)


def test_its_own_edits_and_deletes_show_what_a_write_undid(start_rig):
    rig = start_rig(*SHAPE, edits_per_s=2000, deletes_per_s=300, changes_for_s=0.2)
    dynamodb = rig.client("dynamodb")
    before = scanned(dynamodb)
    time.sleep(0.3)
    after = scanned(dynamodb)
    stats = rig.stats
    assert stats["edits"] > 100 and stats["deletes"] > 10 and stats["lost_updates"] == stats["resurrected"] == 0
    assert len(after) == ASSETS - stats["deletes"] == stats["touches"]["expected"]
    old = {row["assetId"]["S"]: row for row in before}
    edited = next(row for row in after if row != old[row["assetId"]["S"]])
    deleted = next(row for row in before if row["assetId"] not in [one["assetId"] for one in after])
    touch(dynamodb, key_of(edited))
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        touch(dynamodb, key_of(deleted))
    dynamodb.put_item(TableName="vams-rig-assets", Item=edited)
    assert (rig.stats["lost_updates"], rig.stats["resurrected"], rig.stats["touches"]["of_deleted"]) == (0, 0, 1)
    dynamodb.put_item(TableName="vams-rig-assets", Item=old[edited["assetId"]["S"]])
    dynamodb.batch_write_item(RequestItems={"vams-rig-assets": [{"PutRequest": {"Item": deleted}}]})
    assert (rig.stats["lost_updates"], rig.stats["resurrected"]) == (1, 1)


def test_parameters_identity_and_queues(start_rig):
    rig = start_rig()
    got = rig.client("ssm").get_parameters(Names=["/vams-rig/endPoint", "/vams-rig/fileIndexName", "/none"])
    assert [one["Value"] for one in got["Parameters"]] == [f"http://127.0.0.1:{rig.opensearch_port}", "vams-rig-files"]
    assert got["InvalidParameters"] == ["/none"]
    assert rig.client("sts").get_caller_identity()["Account"] == "123456789012"
    subscription = rig.client("sns").list_subscriptions_by_topic(TopicArn=topic(1))["Subscriptions"][0]
    sqs = rig.client("sqs")
    url = sqs.get_queue_url(QueueName=subscription["Endpoint"].split(":")[-1])["QueueUrl"]
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_unknown_operations_and_faults_are_refused(start_rig):
    rig = start_rig()
    dynamodb = rig.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ClientError) as error:
        dynamodb.delete_table(TableName="vams-rig-assets")
    assert code_of(error) == "UnknownOperationException"
    for wrong in ({"throttel": 0.1}, {"throttle": 2}, {"operations": ["Fly"]}, {"sns_limit": [[3, 1], [2, 1]]}):
        with pytest.raises(urllib.error.HTTPError) as error:
            rig.faults(**wrong)
        assert error.value.code == 400


def test_bad_command_lines_end_with_a_word(rig_program):
    for wrong in (["--assets", "0"], ["--buckets", "9", "--assets", "3"], ["--faults", '{"x":1}'], ["--empty-every", "1"]):
        with pytest.raises(AssertionError, match="did not start"), running_rig(rig_program, *wrong):
            pass

