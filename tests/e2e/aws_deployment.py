"""A VAMS deployment made with boto3, as docs/reference/vams-behaviour.md (sections 1, 2 and 5.1) says that it is, and removed again.

    deployment = Deployment(site, "mini", assets=40, files=200)
    deployment.create()
    ... deployment.config() is what `vams-migrate --config` reads; `vams-migrate indexes create` makes the two indexes ...
    deployment.remove()
"""

import concurrent.futures
import contextlib
import json
import time
import uuid

import botocore.exceptions
import opensearchpy
from aws_content import PREFIXES, Content
from aws_objects import FastObjects

STREAMED = ("assets", "metadata", "links")
KEYS = {
    "assets": ("databaseId", "assetId"),
    "metadata": ("databaseId", "assetId"),
    "buckets": ("bucketId", "bucketName:baseAssetsPrefix"),
    "links": ("assetLinkId",),
    "versions": ("assetId", "assetVersionId"),
    "databases": ("databaseId",),
}
FROM, TO = "fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId"
GLOBAL_INDEXES = {
    "assets": {"BucketIdGSI": ("bucketId", "assetId")},
    "buckets": {"bucketNameGSI": ("bucketName", "baseAssetsPrefix")},
    "links": {"fromAssetGSI": (FROM, TO), "toAssetGSI": (TO, FROM)},
}
TABLE_NAMES = {  # as the deployment's stack names them
    "assets": "AssetStorageTable",
    "metadata": "MetadataStorageTable",
    "buckets": "S3AssetBucketsStorageTable",
    "links": "AssetLinksStorageTableV2",
    "versions": "AssetVersionsStorageTable",
    "databases": "DatabaseStorageTable",
}
RAW_ROLE = "nested"  # its queue gets the messages as they are, the others wrapped by SNS


def key_schema(names):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"))]


def table_definition(role, name):
    indexes = GLOBAL_INDEXES.get(role, {})
    attributes = dict.fromkeys([*KEYS[role], *(attribute for keys in indexes.values() for attribute in keys)])
    definition = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(KEYS[role]),
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes],
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [{"IndexName": index, "KeySchema": key_schema(keys), "Projection": {"ProjectionType": "ALL"}}
                                                for index, keys in indexes.items()]
    return definition


def in_parallel(work, items, threads=8):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


class Deployment:
    """Everything bears one name in front, so that several stand side by side and what is left over can be told."""

    def __init__(self, site, name, assets, files):
        self.site = site
        self.name = f"{site.prefix}-{name}-{uuid.uuid4().hex[:6]}"
        self.dynamodb, self.s3, self.sns, self.sqs, self.ssm, self.functions = map(site.client, ("dynamodb", "s3", "sns", "sqs", "ssm", "lambda"))
        self.tables = {role: f"{self.name}-{table}" for role, table in TABLE_NAMES.items()}
        self.buckets = {role: f"{self.name}-{role}".lower() for role in PREFIXES}
        self.bucket_ids = {role: str(uuid.uuid5(uuid.NAMESPACE_URL, role)) for role in PREFIXES}
        self.parameters = {name: f"/{self.name}/aos/{name}" for name in ("assetIndexName", "fileIndexName", "endPoint")}
        self.asset_index, self.file_index = f"{self.name}-assets-v1".lower(), f"{self.name}-files-v1".lower()
        self.content = Content(self.buckets, self.bucket_ids, assets, files)
        self.topics, self.queues = {}, {}  # ARN and URL, by role
        self.written = []  # (bucket, key, version id or None) of every object

    def search(self):
        """A client of OpenSearch that signs on real AWS."""
        options = {}
        if self.site.is_real:
            credentials = self.site.session().get_credentials()
            options = {"http_auth": opensearchpy.AWSV4SignerAuth(credentials, self.site.region, "es"),
                       "connection_class": opensearchpy.RequestsHttpConnection}
        return opensearchpy.OpenSearch([self.site.search_endpoint], timeout=60, **options)

    # Making it.

    def create(self):
        self.create_tables()
        self.create_buckets()
        self.load()
        # Last, so that only a migration has put something on the streams and queues.
        self.enable_streams()
        self.create_topics()
        self.create_parameters()
        self.create_functions()
        return self

    def create_tables(self):
        for role, name in self.tables.items():
            self.dynamodb.create_table(**table_definition(role, name))
        for name in self.tables.values():
            self.wait_for_table(name)

    def wait_for_table(self, name):
        for _ in range(120):
            table = self.dynamodb.describe_table(TableName=name)["Table"]
            if table["TableStatus"] == "ACTIVE":
                return
            time.sleep(0.05 if not self.site.is_real else 1)
        raise AssertionError(f"table {name} does not become active")

    def enable_streams(self):
        for role in STREAMED:
            self.dynamodb.update_table(TableName=self.tables[role], StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        for role in STREAMED:
            self.wait_for_table(self.tables[role])

    def create_buckets(self):
        for role, name in self.buckets.items():
            where = {} if self.site.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.site.region}}
            self.s3.create_bucket(Bucket=name, **where)
            if role == "versioned":
                self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def load(self):
        for role, rows in self.content.rows.items():
            self.put_rows(role, rows)
        self.put_rows("databases", [{"databaseId": {"S": name}} for name in sorted({asset.database_id for asset in self.content.assets})])
        self.put_objects(self.content.objects)

    def put_objects(self, objects):
        """objects: (bucket, key, content, metadata)."""
        self.written += FastObjects(self.site).put_all(objects)

    def put_rows(self, role, rows):
        def put(batch):
            rest = {self.tables[role]: [{"PutRequest": {"Item": item}} for item in batch]}
            for attempt in range(8):
                rest = self.dynamodb.batch_write_item(RequestItems=rest)["UnprocessedItems"]
                if not rest:
                    return
                time.sleep(0.1 * 2**attempt)
            raise AssertionError(f"table {role} takes no more")

        in_parallel(put, [rows[i:i + 25] for i in range(0, len(rows), 25)])

    def create_topics(self):
        for role, bucket in self.buckets.items():
            topic = self.sns.create_topic(Name=f"{self.name}-S3ObjectCreatedTopic-{role}")["TopicArn"]
            self.topics[role] = topic
            policy = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic,
                      "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}}
            self.allow(topic, policy)
            self.queues[role] = self.subscribed_queue(f"{self.name}-bucketSyncCreated-{role}", topic, raw=role == RAW_ROLE)
            self.notify(bucket, topic)

    def allow(self, topic, statement):
        owner = {"Effect": "Allow", "Principal": {"AWS": topic.split(":")[4]}, "Action": ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes",
                 "sns:SetTopicAttributes", "sns:DeleteTopic", "sns:ListSubscriptionsByTopic"], "Resource": topic}
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy",
                                      AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [owner, statement]}))

    def subscribed_queue(self, name, topic, raw):
        url = self.sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                  "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]}
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": str(raw).lower()})
        return url

    def notify(self, bucket, topic):
        # S3 sends an s3:TestEvent to the topic then, which stays in the queue as in every deployment.
        self.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]})

    def create_parameters(self):
        for name, value in (("assetIndexName", self.asset_index), ("fileIndexName", self.file_index), ("endPoint", self.site.search_endpoint)):
            self.ssm.put_parameter(Name=self.parameters[name], Value=value, Type="String")

    def add_parameter(self, name, value):
        """One parameter more, removed with the others; returns its full name."""
        self.parameters[name] = f"/{self.name}/aos/{name}"
        self.ssm.put_parameter(Name=self.parameters[name], Value=value, Type="String", Overwrite=True)
        return self.parameters[name]

    @property
    def function_environments(self):
        common = {
            "ASSET_STORAGE_TABLE_NAME": self.tables["assets"],
            "METADATA_STORAGE_TABLE_NAME": self.tables["metadata"],
            "S3_ASSET_BUCKETS_STORAGE_TABLE_NAME": self.tables["buckets"],
            "OPENSEARCH_TYPE": "provisioned",
            "OPENSEARCH_ENDPOINT_SSM_PARAM": self.parameters["endPoint"],
            "OPENSEARCH_ASSET_INDEX_SSM_PARAM": self.parameters["assetIndexName"],
            "OPENSEARCH_FILE_INDEX_SSM_PARAM": self.parameters["fileIndexName"],
        }
        return {
            f"{self.name}-assetIndexer": {**common, "ASSET_LINKS_STORAGE_TABLE_V2_NAME": self.tables["links"],
                                          "ASSET_VERSIONS_STORAGE_TABLE_NAME": self.tables["versions"]},
            f"{self.name}-fileIndexer": common,
        }

    def create_functions(self):
        """The two indexers as Lambda lists them. On a real account they would need a role and code; there the names go into the config."""
        if self.site.is_real:
            return
        for name, environment in self.function_environments.items():
            self.functions.create_function(FunctionName=name, Runtime="python3.12", Role="arn:aws:iam::000000000000:role/vams", Handler="main.handler",
                                           Code={"ZipFile": EMPTY_ZIP}, Environment={"Variables": environment})

    # What the programs are told.

    def config(self, **changes):
        """The configuration of the migration guide; a change to None leaves the key out."""
        config = {
            "asset_storage_table_name": self.tables["assets"],
            "s3_asset_buckets_table_name": self.tables["buckets"],
            "metadata_storage_table_name": self.tables["metadata"],
            "asset_links_storage_table_v2_name": self.tables["links"],
            "asset_versions_storage_table_name": self.tables["versions"],
            "s3_object_created_sns_topic_arn": "auto",
            "opensearch_asset_index_ssm_param": self.parameters["assetIndexName"],
            "opensearch_file_index_ssm_param": self.parameters["fileIndexName"],
            "opensearch_endpoint_ssm_param": self.parameters["endPoint"],
            "aws_region": self.site.region,
            "log_level": "INFO",
            "dry_run": False,
            "verification_wait_time": 120,
        }
        return {key: value for key, value in {**config, **changes}.items() if value is not None}

    # Looking at it.

    def scan(self, role):
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.tables[role], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def tables_contents(self):
        """Every row, to tell whether anything has changed."""
        return {role: sorted(json.dumps(item, sort_keys=True, default=repr) for item in self.scan(role)) for role in KEYS}

    def queued(self, role):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queues[role], AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def drain(self, role):
        """Takes every message out of a queue and returns the bodies."""
        bodies = []
        while messages := self.sqs.receive_message(QueueUrl=self.queues[role], MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in messages]
            self.sqs.delete_message_batch(QueueUrl=self.queues[role], Entries=[{"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]}
                                                                               for i, message in enumerate(messages)])
        return bodies

    # Taking it away.

    def remove(self):
        """Everything that was made, also after half of it was; what is not there is no mistake."""
        for bucket in self.buckets.values():
            self.remove_bucket(bucket)
        for url in self.queues.values():
            self.ignoring_absence(self.sqs.delete_queue, QueueUrl=url)
        for topic in self.topics.values():
            for subscription in self.ignoring_absence(self.sns.list_subscriptions_by_topic, TopicArn=topic, otherwise={"Subscriptions": []})["Subscriptions"]:
                self.ignoring_absence(self.sns.unsubscribe, SubscriptionArn=subscription["SubscriptionArn"])
            self.ignoring_absence(self.sns.delete_topic, TopicArn=topic)
        for name in self.parameters.values():
            self.ignoring_absence(self.ssm.delete_parameter, Name=name)
        if not self.site.is_real:
            for name in self.function_environments:
                self.ignoring_absence(self.functions.delete_function, FunctionName=name)
        for name in self.tables.values():
            self.ignoring_absence(self.dynamodb.delete_table, TableName=name)
        with contextlib.closing(self.search()) as search:
            for index in (self.asset_index, self.file_index):
                search.indices.delete(index=index, ignore=[404])

    def remove_bucket(self, bucket):
        try:
            for found in self.stored(bucket):
                self.remove_objects(bucket, found)
            self.s3.delete_bucket(Bucket=bucket)
        except self.s3.exceptions.NoSuchBucket:
            pass

    def stored(self, bucket):
        """What to delete, up to 1,000 at a time."""
        if self.site.is_real:
            for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, [])]
            return
        # ministack cannot list versions whose keys hold control characters: those that were written are known.
        versions = [{"Key": key, "VersionId": version} for where, key, version in self.written if where == bucket and version]
        for i in range(0, len(versions), 1000):
            yield versions[i:i + 1000]
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield [{"Key": one["Key"]} for one in page.get("Contents", [])]

    def remove_objects(self, bucket, found):
        # XML cannot say every key; those go one by one.
        sayable = [one for one in found if all(c >= " " and c not in "\x7f\ufffe\uffff" for c in one["Key"])]
        in_parallel(lambda one: self.s3.delete_object(Bucket=bucket, **one), [one for one in found if one not in sayable])
        if sayable:
            failed = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": sayable, "Quiet": True}).get("Errors")
            assert not failed, failed

    @staticmethod
    def ignoring_absence(call, otherwise=None, **arguments):
        try:
            return call(**arguments)
        except botocore.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if not any(word in code for word in ("NotFound", "NonExistent", "NoSuch", "DoesNotExist")):
                raise
            return otherwise


# The smallest archive: its end record alone.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
