#include "backends/embedded/schema.h"

namespace vams::embedded {
namespace {

// Column names of tables are the attributes' names; an item is DynamoDB's JSON. The triggers put a record into the
// stream in the transaction of the write, as DynamoDB does: none where an update changes no data, and only the keys for
// a removal (NEW_IMAGE streams; docs/reference/vams-behaviour.md, section 1).
constexpr std::string_view kTablesSchema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE assets(id INTEGER PRIMARY KEY, databaseId TEXT NOT NULL, assetId TEXT NOT NULL, bucketId TEXT,
  item TEXT NOT NULL, UNIQUE(databaseId, assetId));
CREATE INDEX BucketIdGSI ON assets(bucketId, assetId, databaseId) WHERE bucketId IS NOT NULL;
CREATE TABLE databases(id INTEGER PRIMARY KEY, databaseId TEXT NOT NULL UNIQUE, item TEXT NOT NULL);
CREATE TABLE metadata(id INTEGER PRIMARY KEY, databaseId TEXT NOT NULL, assetId TEXT NOT NULL, item TEXT NOT NULL,
  UNIQUE(databaseId, assetId));
CREATE TABLE buckets(id INTEGER PRIMARY KEY, bucketId TEXT NOT NULL, sortKey TEXT NOT NULL, item TEXT NOT NULL,
  UNIQUE(bucketId, sortKey));
CREATE TABLE links(id INTEGER PRIMARY KEY, assetLinkId TEXT NOT NULL UNIQUE, fromAsset TEXT, toAsset TEXT,
  item TEXT NOT NULL);
CREATE INDEX fromAssetGSI ON links(fromAsset, toAsset) WHERE fromAsset IS NOT NULL AND toAsset IS NOT NULL;
CREATE INDEX toAssetGSI ON links(toAsset, fromAsset) WHERE fromAsset IS NOT NULL AND toAsset IS NOT NULL;
CREATE TABLE versions(id INTEGER PRIMARY KEY, assetId TEXT NOT NULL, assetVersionId TEXT NOT NULL, item TEXT NOT NULL,
  UNIQUE(assetId, assetVersionId));

-- source: 0 assets, 1 metadata, 2 links; kind: 0 insert, 1 modify, 2 remove.
CREATE TABLE changes(seq INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, kind INTEGER NOT NULL,
  hashKey TEXT NOT NULL, rangeKey TEXT, image TEXT);
CREATE TRIGGER assets_insert AFTER INSERT ON assets BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey, image) VALUES(0, 0, NEW.databaseId, NEW.assetId, NEW.item); END;
CREATE TRIGGER assets_modify AFTER UPDATE OF item ON assets WHEN OLD.item IS NOT NEW.item BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey, image) VALUES(0, 1, NEW.databaseId, NEW.assetId, NEW.item); END;
CREATE TRIGGER assets_remove AFTER DELETE ON assets BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey) VALUES(0, 2, OLD.databaseId, OLD.assetId); END;
CREATE TRIGGER metadata_insert AFTER INSERT ON metadata BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey, image) VALUES(1, 0, NEW.databaseId, NEW.assetId, NEW.item); END;
CREATE TRIGGER metadata_modify AFTER UPDATE OF item ON metadata WHEN OLD.item IS NOT NEW.item BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey, image) VALUES(1, 1, NEW.databaseId, NEW.assetId, NEW.item); END;
CREATE TRIGGER metadata_remove AFTER DELETE ON metadata BEGIN
  INSERT INTO changes(source, kind, hashKey, rangeKey) VALUES(1, 2, OLD.databaseId, OLD.assetId); END;
CREATE TRIGGER links_insert AFTER INSERT ON links BEGIN
  INSERT INTO changes(source, kind, hashKey, image) VALUES(2, 0, NEW.assetLinkId, NEW.item); END;
CREATE TRIGGER links_modify AFTER UPDATE OF item ON links WHEN OLD.item IS NOT NEW.item BEGIN
  INSERT INTO changes(source, kind, hashKey, image) VALUES(2, 1, NEW.assetLinkId, NEW.item); END;
-- The key of a link does not tell its two assets, so the keys of the indexes go with its removal.
CREATE TRIGGER links_remove AFTER DELETE ON links BEGIN
  INSERT INTO changes(source, kind, hashKey, image) VALUES(2, 2, OLD.assetLinkId,
    CASE WHEN OLD.fromAsset IS NOT NULL AND OLD.toAsset IS NOT NULL THEN
      json_object('fromAssetDatabaseId:fromAssetId', json_object('S', OLD.fromAsset),
                  'toAssetDatabaseId:toAssetId', json_object('S', OLD.toAsset)) END); END;
CREATE TABLE checkpoints(consumer TEXT PRIMARY KEY, seq INTEGER NOT NULL, saved_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- messages: how many there are, so that nobody has to count them.
CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, messages INTEGER NOT NULL DEFAULT 0);
CREATE TABLE subscriptions(topic INTEGER NOT NULL, queue INTEGER NOT NULL, PRIMARY KEY(topic, queue)) WITHOUT ROWID;
-- A delivery moves at each receive; the body, far bigger, stays where it is.
CREATE TABLE messages(id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE deliveries(queue INTEGER NOT NULL, visible_at INTEGER NOT NULL, message INTEGER NOT NULL,
  receives INTEGER NOT NULL, PRIMARY KEY(queue, visible_at, message)) WITHOUT ROWID;
CREATE TABLE parked(id INTEGER PRIMARY KEY, origin TEXT NOT NULL, body TEXT NOT NULL, reason TEXT NOT NULL,
  parked_at INTEGER NOT NULL);

CREATE TABLE parameters(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";

// objects: the current version of each key, in the order of a listing. versions: what lies behind it, delete markers
// included; the highest id of a key is the newest, and where a marker is current there is no row in objects.
constexpr std::string_view kObjectsSchema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE buckets(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, versioned INTEGER NOT NULL,
  objects INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE notifications(bucket INTEGER NOT NULL, topic TEXT NOT NULL, PRIMARY KEY(bucket, topic)) WITHOUT ROWID;
-- content: 0 none (only a size), 1 the file `path`, 2 DIR/content/<path>; times in microseconds since 1970.
CREATE TABLE objects(bucket INTEGER NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, last_modified INTEGER NOT NULL,
  etag TEXT NOT NULL, version_id TEXT, metadata TEXT, content INTEGER NOT NULL, path TEXT, file_modified INTEGER,
  PRIMARY KEY(bucket, key)) WITHOUT ROWID;
CREATE TABLE versions(id INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, key TEXT NOT NULL, delete_marker INTEGER NOT NULL,
  size INTEGER NOT NULL, last_modified INTEGER NOT NULL, etag TEXT NOT NULL, version_id TEXT, metadata TEXT,
  content INTEGER NOT NULL, path TEXT, file_modified INTEGER);
CREATE INDEX versions_by_key ON versions(bucket, key);
)sql";

// `search` holds no text of its own: what a document's words were follows from its body.
constexpr std::string_view kIndexSchema = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE documents(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE tombstones(id TEXT PRIMARY KEY, version INTEGER NOT NULL, deleted_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX tombstones_by_age ON tombstones(deleted_at);
CREATE VIRTUAL TABLE search USING fts5(words, content='', tokenize="unicode61 remove_diacritics 2");
)sql";

// The indexes sync every commit, because the queue forgets a message as soon as its document is there. The tables need
// not: what a power failure takes from their last moments is a delivery or a touch, which comes again.
constexpr FileSpec kSpecs[] = {
    {FileKind::kTables, "vams.db", 0x56414D74, kTablesSchema, 4096, Sync::kCheckpoint},
    {FileKind::kObjects, "objects.db", 0x56414D6F, kObjectsSchema, 4096, Sync::kCommit},
    {FileKind::kAssetIndex, "asset-index.db", 0x56414D61, kIndexSchema, 4096, Sync::kCommit},
    {FileKind::kFileIndex, "file-index.db", 0x56414D66, kIndexSchema, 4096, Sync::kCommit},
};

}  // namespace

const FileSpec& SpecOf(FileKind kind) {
  for (const FileSpec& spec : kSpecs) {
    if (spec.kind == kind) return spec;
  }
  return kSpecs[0];
}

}  // namespace vams::embedded
