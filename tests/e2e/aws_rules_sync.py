"""Of which objects a migration sends no event, since bucket sync would do harm or never pass them on: written from
docs/reference/deployment-hazards.md (H1 to H3, H5, H6) and docs/reference/vams-behaviour.md, section 6; shares nothing with the programs."""

import aws_rules_documents as rules
import aws_rules_fields as fields
from aws_rules_fields import NotIndexed

# 'piplines' is how bucket sync spells it.
RESERVED = {"temp-upload", "temp-uploads", "preview", "previews", "pipeline", "piplines"}


def owners(snapshot, bucket_id, asset_id):
    """The databases of the assets of this id that BucketIdGSI holds; archived ones have another name."""
    return {database_id for (database_id, other), row in snapshot.asset_rows.items() if other == asset_id and rules.text(row, "bucketId") == bucket_id}


def place_hazard(snapshot, row, key, metadata):
    """What the function behind one bucket row would do."""
    asset_id = key[len(rules.normalised_prefix(row)):].split("/")[0]
    try:
        if asset_id in RESERVED:
            raise NotIndexed("a reserved name")
        fields.check_asset_id(asset_id)
    except NotIndexed:
        return "sync-refuses-key"
    databases = owners(snapshot, rules.text(row, "bucketId"), asset_id)
    if not databases:
        return "unknown-asset"
    if metadata.get("assetid") != asset_id or databases != {metadata.get("databaseid")}:
        return "sync-rewrites"
    return None


def hazard(snapshot, bucket, key):
    """The word for why no event of an object is sent, or None. Only of objects that the rules index."""
    if key.endswith(("init", "init/")):
        return "sync-deletes-init"
    # Sent with these two encoded, which bucket sync does not decode.
    if "%" in key or "+" in key:
        return "sync-misreads-key"
    metadata = snapshot.objects[bucket, key].metadata
    rows = [row for row in snapshot.buckets if rules.text(row, "bucketName") == bucket and key.startswith(rules.normalised_prefix(row))]
    found = [place_hazard(snapshot, row, key, metadata) for row in rows]
    return next((one for one in found if one), None)


def withheld(snapshot, expected):
    """(bucket, key) to its hazard, of all sources of expected documents."""
    told = {source: hazard(snapshot, *source) for sources in expected.sources.values() for source in sources}
    return {source: word for source, word in told.items() if word}


def undelivered(expected, held_back):
    """The ids of documents that no event tells of, with the hazards of their sources."""
    return {name: {held_back[source] for source in sources} for name, sources in expected.sources.items() if all(source in held_back for source in sources)}
