"""Which documents there should be, written from docs/reference/vams-behaviour.md, sections 3.4, 4 and 5; shares nothing with the programs.

A Snapshot holds what a deployment holds. asset_document() and file_of_object() give (id, document) or raise NotIndexed.
"""

import dataclasses
import datetime

import aws_rules_fields as fields
from aws_rules_fields import NotIndexed


@dataclasses.dataclass
class StoredObject:
    """What a HEAD says of an object."""

    size: int
    last_modified: datetime.datetime
    etag: str
    version_id: str | None
    metadata: dict


@dataclasses.dataclass
class Snapshot:
    """What a deployment holds. The tables are lists of items in DynamoDB's form."""

    assets: list
    metadata: list
    buckets: list
    links: list
    versions: list
    objects: dict  # (bucket, key): StoredObject

    def __post_init__(self):
        key = lambda item, *names: tuple(text(item, name) for name in names)
        self.asset_rows = {key(item, "databaseId", "assetId"): item for item in self.assets}
        self.metadata_rows = {key(item, "databaseId", "assetId"): item for item in self.metadata}
        self.bucket_rows = first_by_sort_key(self.buckets, "bucketId", "bucketName:baseAssetsPrefix")
        self.first_versions = first_by_sort_key(self.versions, "assetId", "assetVersionId")
        here, there = "fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId"
        self.first_links_from = first_by_sort_key(self.links, here, there)
        self.first_links_to = first_by_sort_key(self.links, there, here)


def text(item, name):
    return (item.get(name) or {}).get("S")


def first_by_sort_key(items, partition, sort):
    """The row that a query with Limit 1 gives, by partition key."""
    first = {}
    for item in items:
        at, order = text(item, partition), text(item, sort)
        if at is None or order is None:
            continue  # not in such an index
        if at not in first or order.encode() < text(first[at], sort).encode():
            first[at] = item
    return first


# Section 3.4.


def normalised_prefix(row):
    prefix = "/" if "baseAssetsPrefix" not in row else text(row, "baseAssetsPrefix")
    if not prefix.endswith("/"):
        prefix += "/"
    return prefix[1:] if prefix.startswith("/") else prefix


def asset_and_bucket(snapshot, database_id, asset_id):
    asset = snapshot.asset_rows.get((database_id, asset_id))
    if asset is None:
        raise NotIndexed("no asset row")
    if text(asset, "bucketId") is None:
        raise NotIndexed("no bucketId")
    bucket = snapshot.bucket_rows.get(text(asset, "bucketId"))
    if bucket is None or not text(bucket, "bucketName"):
        raise NotIndexed("no bucket row")
    return asset, bucket


def common_fields(database_id, asset_id, asset, bucket):
    return {
        "str_databaseid": database_id,
        "str_assetid": asset_id,
        "str_bucketid": text(bucket, "bucketId"),
        "str_bucketname": text(bucket, "bucketName"),
        "str_bucketprefix": normalised_prefix(bucket),
        "str_assetname": fields.fixed_text(asset.get("assetName")),
        "list_tags": fields.fixed_list(asset["tags"]) if "tags" in asset else [],
    }


# Section 4.3.


def version_fields(snapshot, asset_id):
    version = snapshot.first_versions.get(asset_id)
    if version is None or version.get("isCurrentVersion") != {"BOOL": True}:
        return {}
    value = lambda name, otherwise: fields.json_number(fields.python(version[name])) if name in version else otherwise
    return {
        "str_asset_version_id": value("assetVersionId", None),
        "date_asset_version_createdate": value("dateCreated", None),
        "str_asset_version_comment": value("comment", ""),
    }


def link_fields(snapshot, database_id, asset_id):
    me = f"{database_id}:{asset_id}"
    kind = lambda row: text(row, "relationshipType") if row else None
    out, into = kind(snapshot.first_links_from.get(me)), kind(snapshot.first_links_to.get(me))
    return {
        "bool_has_asset_children": out == "parentChild",
        "bool_has_asset_parents": into == "parentChild",
        "bool_has_assets_related": "related" in (out, into),
    }


def asset_document(snapshot, database_id, asset_id, archived=False):
    fields.check_database_id(database_id)
    fields.check_asset_id(asset_id)
    asset, bucket = asset_and_bucket(snapshot, database_id, asset_id)
    rows = [snapshot.metadata_rows.get((database_id, key)) for key in (asset_id, asset_id + "/", f"/{asset_id}/")]
    return f"{database_id}#{asset_id}", {
        **common_fields(database_id, asset_id, asset, bucket),
        "str_assettype": fields.fixed_text(asset.get("assetType")),
        "str_description": fields.fixed_text(asset.get("description")),
        "bool_isdistributable": fields.fixed_boolean(asset.get("isDistributable")),
        "bool_archived": archived,
        **version_fields(snapshot, asset_id),
        **link_fields(snapshot, database_id, asset_id),
        **fields.metadata_fields(rows),
    }


# Section 5.


def base_of(asset, bucket, asset_id):
    """Section 5.2, step 11: where the asset's files lie."""
    if "assetLocation" not in asset or "Key" not in asset["assetLocation"].get("M", {"Key": 0}):
        return normalised_prefix(bucket) + asset_id + "/"
    key = asset["assetLocation"].get("M", {}).get("Key", {}).get("S")
    if key is None:
        raise NotIndexed("an assetLocation of another type")
    return key


def check_key(key):
    """Section 5.2, steps 3 to 5."""
    if key.endswith("/"):
        raise NotIndexed("a folder")
    if ".previewFile." in key:
        raise NotIndexed("a preview file")
    if any(part.startswith(("pipeline", "preview", "temp-upload")) for part in key.split("/")):
        raise NotIndexed("a reserved folder")


def file_of_object(snapshot, bucket, key):
    """Section 5.2 for an event of this object."""
    if not bucket or not key:
        raise NotIndexed("no bucket or key")
    check_key(key)
    stored = snapshot.objects.get((bucket, key))
    if stored is None:
        raise NotIndexed("no object")
    asset_id, database_id = stored.metadata.get("assetid"), stored.metadata.get("databaseid")
    if not asset_id or not database_id:
        raise NotIndexed("an object that names no asset")
    asset, row = asset_and_bucket(snapshot, database_id, asset_id)
    base = base_of(asset, row, asset_id)
    path = key[len(base):] if key.startswith(base) else key
    return file_document(snapshot, database_id, asset_id, with_slash(path), bucket, key)


def with_slash(path):
    return path if path.startswith("/") else "/" + path


def is_folder(path):
    return path.endswith("/") or "." not in path.rsplit("/", 1)[-1]


def file_of_metadata(snapshot, database_id, sort_key):
    """Section 5.3 for a changed metadata row."""
    if "/" not in sort_key:
        raise NotIndexed("metadata of an asset")
    asset_id, slash, path = sort_key.lstrip("/").partition("/")
    if not slash or path in ("", "/") or is_folder(path):
        raise NotIndexed("metadata of no file")
    asset, row = asset_and_bucket(snapshot, database_id, asset_id)
    key = base_of(asset, row, asset_id) + path
    return file_document(snapshot, database_id, asset_id, with_slash(path), text(row, "bucketName"), key)


def file_document(snapshot, database_id, asset_id, path, bucket, key, archived=False):
    """Section 5.4 and 5.5."""
    fields.check_database_id(database_id)
    fields.check_asset_id(asset_id)
    fields.check_file_path(path)
    fields.check_at_most_256(bucket)
    fields.check_at_most_256(key)
    if is_folder(path):
        raise NotIndexed("a path without an extension")
    asset, row = asset_and_bucket(snapshot, database_id, asset_id)
    stored = snapshot.objects.get((bucket, key))
    if stored is None and not archived:
        raise NotIndexed("no object")
    of_object = {} if stored is None else {
        "num_filesize": stored.size,
        "date_lastmodified": stored.last_modified.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "str_etag": stored.etag.replace('"', ""),
        "str_s3_version_id": stored.version_id or "null",
    }
    rows = [snapshot.metadata_rows.get((database_id, name + path)) for name in (asset_id, "/" + asset_id)]
    return f"{database_id}#{asset_id}#{path}", {
        **common_fields(database_id, asset_id, asset, row),
        "str_key": path,
        "str_fileext": path.rsplit(".", 1)[-1].lower(),
        "bool_archived": archived,
        **of_object,
        **fields.metadata_fields(rows),
        **(fields.object_fields(stored.metadata) if stored else {}),
    }
