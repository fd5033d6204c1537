#include "testing/memory_deployment.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Item& item, std::string_view name) { return std::string(StringAttribute(item, name)); }

AssetKey AssetKeyOf(const Item& item) { return {Text(item, "databaseId"), Text(item, "assetId")}; }

Result<std::vector<Item>> ItemsOf(const Json& tables, const char* name) {
  std::vector<Item> items;
  if (!tables.contains(name)) return items;
  for (const Json& row : tables.at(name)) {
    TRY_ASSIGN(auto item, AttributeMapFromPlainJson(row));
    items.push_back(std::move(item));
  }
  return items;
}

Result<ObjectHead> HeadOf(const Json& object) {
  ObjectHead head;
  head.size = object.value("size", std::uint64_t{0});
  const auto modified = ParseIso(object.value("last_modified", std::string()));
  if (!modified) return Fail(ErrorCode::kInvalid, "an object's last_modified is no time");
  head.last_modified = *modified;
  head.etag = object.value("etag", std::string());
  if (object.contains("version_id") && object.at("version_id").is_string()) {
    head.version_id = object.at("version_id").get<std::string>();
  }
  if (object.contains("metadata")) {
    for (const auto& [name, value] : object.at("metadata").items()) {
      head.metadata.emplace_back(AsciiLower(name), value.get<std::string>());
    }
  }
  return head;
}

ChangeRecord Changed(ChangedTable table, ChangeKind kind, Item keys, std::optional<Item> image) {
  ChangeRecord record;
  record.table = table;
  record.kind = kind;
  record.keys = std::move(keys);
  record.new_image = std::move(image);
  return record;
}

Item Keys(std::string_view database_id, std::string_view asset_id) {
  Item keys;
  keys.Set("databaseId", std::string(database_id));
  keys.Set("assetId", std::string(asset_id));
  return keys;
}

}  // namespace

MemoryDeployment::MemoryDeployment(Clock& clock)
    : state_(std::make_unique<MemoryState>(clock)),
      assets_(MakeMemoryAssetTable(*state_)),
      buckets_(MakeMemoryBucketTable(*state_)),
      side_tables_(MakeMemorySideTables(*state_)),
      objects_(MakeMemoryObjectStore(*state_)),
      changes_(MakeMemoryChangeStream(*state_)),
      queue_(MakeMemoryEventQueue(*state_)),
      topic_(MakeMemoryEventTopic(*state_)),
      parameters_(MakeMemoryParameters(*state_)),
      asset_index_(MakeMemorySearchIndex("vams-assets-v1")),
      file_index_(MakeMemorySearchIndex("vams-files-v1")) {}

MemoryDeployment::~MemoryDeployment() = default;

SourcePorts MemoryDeployment::source() { return {*assets_, *buckets_, *side_tables_, *objects_}; }

Status MemoryDeployment::LoadState(const Json& state) {
  const Json none = Json::object();
  const Json& tables = state.contains("tables") ? state.at("tables") : none;
  TRY_ASSIGN(auto assets, ItemsOf(tables, "assets"));
  TRY_ASSIGN(auto metadata, ItemsOf(tables, "metadata"));
  TRY_ASSIGN(auto buckets, ItemsOf(tables, "buckets"));
  TRY_ASSIGN(auto links, ItemsOf(tables, "links"));
  TRY_ASSIGN(auto versions, ItemsOf(tables, "versions"));
  for (Item& item : buckets) PutBucketRow(std::move(item));
  for (Item& item : versions) PutVersion(std::move(item));
  {
    const MutexLock lock(state_->mu);
    for (Item& item : assets) state_->assets.insert_or_assign(AssetKeyOf(item), std::move(item));
    for (Item& item : metadata) {
      MetadataKey key{Text(item, "databaseId"), Text(item, "assetId")};
      state_->metadata.insert_or_assign(std::move(key), std::move(item));
    }
    for (Item& item : links) state_->links.insert_or_assign(Text(item, "assetLinkId"), std::move(item));
  }
  if (state.contains("s3_buckets")) {
    for (const Json& bucket : state.at("s3_buckets")) {
      CreateBucket(bucket.at("name").get<std::string>(),
                   bucket.contains("versioning") && bucket.at("versioning") == "Enabled");
    }
  }
  if (state.contains("objects")) {
    for (const Json& object : state.at("objects")) {
      const ObjectRef ref{object.at("bucket").get<std::string>(), object.at("key").get<std::string>()};
      if (object.value("delete_marker", false)) {
        DeleteObject(ref);
        continue;
      }
      TRY_ASSIGN(auto head, HeadOf(object));
      TRY(PutObject(ref, std::move(head)));
    }
  }
  return {};
}

void MemoryDeployment::AddChange(ChangeRecord record) {
  const MutexLock lock(state_->mu);
  record.sequence = std::to_string(state_->changes.size());
  state_->changes.push_back(std::move(record));
}

void MemoryDeployment::PutAsset(Item item) {
  const AssetKey key = AssetKeyOf(item);
  bool replaced = false;
  {
    const MutexLock lock(state_->mu);
    replaced = !state_->assets.insert_or_assign(key, item).second;
  }
  AddChange(Changed(ChangedTable::kAssets, replaced ? ChangeKind::kModify : ChangeKind::kInsert,
                    Keys(key.database_id, key.asset_id), std::move(item)));
}

bool MemoryDeployment::DeleteAsset(const AssetKey& key) {
  {
    const MutexLock lock(state_->mu);
    if (state_->assets.erase(key) == 0) return false;
  }
  AddChange(Changed(ChangedTable::kAssets, ChangeKind::kRemove, Keys(key.database_id, key.asset_id), std::nullopt));
  return true;
}

void MemoryDeployment::PutMetadata(Item item) {
  const MetadataKey key{Text(item, "databaseId"), Text(item, "assetId")};
  {
    const MutexLock lock(state_->mu);
    state_->metadata.insert_or_assign(key, item);
  }
  AddChange(
      Changed(ChangedTable::kMetadata, ChangeKind::kModify, Keys(key.database_id, key.asset_id), std::move(item)));
}

bool MemoryDeployment::DeleteMetadata(const MetadataKey& key) {
  {
    const MutexLock lock(state_->mu);
    if (state_->metadata.erase(key) == 0) return false;
  }
  AddChange(Changed(ChangedTable::kMetadata, ChangeKind::kRemove, Keys(key.database_id, key.asset_id), std::nullopt));
  return true;
}

void MemoryDeployment::PutLink(Item item) {
  const std::string id = Text(item, "assetLinkId");
  {
    const MutexLock lock(state_->mu);
    state_->links.insert_or_assign(id, item);
  }
  Item keys;
  keys.Set("assetLinkId", id);
  AddChange(Changed(ChangedTable::kLinks, ChangeKind::kInsert, std::move(keys), std::move(item)));
}

bool MemoryDeployment::DeleteLink(const std::string& id) {
  Item keys;
  keys.Set("assetLinkId", id);
  {
    const MutexLock lock(state_->mu);
    const auto it = state_->links.find(id);
    if (it == state_->links.end()) return false;
    for (const auto* name : {"fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId"}) {
      keys.Set(name, Text(it->second, name));
    }
    state_->links.erase(it);
  }
  AddChange(Changed(ChangedTable::kLinks, ChangeKind::kRemove, std::move(keys), std::nullopt));
  return true;
}

void MemoryDeployment::PutVersion(Item item) {
  const MutexLock lock(state_->mu);
  std::pair key{Text(item, "assetId"), Text(item, "assetVersionId")};
  state_->versions.insert_or_assign(std::move(key), std::move(item));
}

void MemoryDeployment::PutBucketRow(Item item) {
  const MutexLock lock(state_->mu);
  std::pair key{Text(item, "bucketId"), Text(item, "bucketName:baseAssetsPrefix")};
  state_->buckets_rows.insert_or_assign(std::move(key), std::move(item));
}

void MemoryDeployment::CreateBucket(const std::string& name, bool versioned) {
  const MutexLock lock(state_->mu);
  auto& bucket = state_->buckets[name];
  bucket.versioned = versioned;
  bucket.topics = {"topic-" + name};
  state_->topics.insert("topic-" + name);
}

Status MemoryDeployment::PutObject(const ObjectRef& ref, ObjectHead head) {
  const MutexLock lock(state_->mu);
  const auto bucket = state_->buckets.find(ref.bucket);
  if (bucket == state_->buckets.end()) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", ref.bucket);
  bucket->second.objects.insert_or_assign(ref.key, MemoryState::Object{std::move(head)});
  return {};
}

void MemoryDeployment::DeleteObject(const ObjectRef& ref) {
  const MutexLock lock(state_->mu);
  const auto bucket = state_->buckets.find(ref.bucket);
  if (bucket == state_->buckets.end()) return;
  if (bucket->second.versioned) {
    bucket->second.objects.insert_or_assign(ref.key, MemoryState::Object{std::nullopt});
  } else {
    bucket->second.objects.erase(ref.key);
  }
}

void MemoryDeployment::EraseObject(const ObjectRef& ref) {
  const MutexLock lock(state_->mu);
  const auto bucket = state_->buckets.find(ref.bucket);
  if (bucket != state_->buckets.end()) bucket->second.objects.erase(ref.key);
}

void MemoryDeployment::Enqueue(std::string body) {
  const MutexLock lock(state_->mu);
  state_->queue.push_back({.id = std::to_string(state_->next_id++), .body = std::move(body)});
}

std::vector<std::pair<std::string, std::string>> MemoryDeployment::ParkedMessages() const {
  const MutexLock lock(state_->mu);
  return state_->parked_messages;
}

std::vector<std::string> MemoryDeployment::ParkedChanges() const {
  const MutexLock lock(state_->mu);
  return state_->parked_changes;
}

}  // namespace vams
