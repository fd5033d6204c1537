#include "testing/bucket_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "documents/request_checks.h"
#include "events/reindex_event.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> kReserved{"temp-upload", "temp-uploads", "preview",
                                                    "previews",    "pipeline",     "piplines"};

template <class Range>
bool Contains(const Range& range, std::string_view text) {
  return std::ranges::find(range, text) != std::ranges::end(range);
}

bool WholeBucket(std::string_view prefix) { return prefix.empty() || prefix == "/"; }

// The first part behind the prefix; "" where the key lies elsewhere.
std::string AssetIdOf(std::string_view key, std::string_view prefix) {
  if (!WholeBucket(prefix)) {
    if (!key.starts_with(prefix)) return {};
    key.remove_prefix(prefix.size());
    if (!prefix.ends_with('/')) {
      if (!key.starts_with('/')) return {};
      key.remove_prefix(1);
    }
  }
  return std::string(key.substr(0, key.find('/')));
}

void SetMetadata(ObjectHead& head, std::string_view name, const std::string& value) {
  const auto it = std::ranges::find(head.metadata, name, [](const auto& pair) { return std::string_view(pair.first); });
  if (it != head.metadata.end()) {
    it->second = value;
  } else {
    head.metadata.emplace_back(name, value);
  }
}

}  // namespace

bool BucketSync::Handle(const std::vector<Json>& records) {
  std::uint64_t passed = 0;
  for (const Json& record : records) passed += HandleRecord(record);
  const std::uint64_t refused = records.size() - passed;
  counts_.passed += passed;
  counts_.refused += refused;
  return refused == 0 || passed > 0;
}

std::vector<std::string> BucketSync::TakeRaised() { return std::exchange(raised_, {}); }

std::optional<BucketSync::Place> BucketSync::FindPlace(const std::string& prefix) {
  const std::string wanted = prefix.empty() || prefix.ends_with('/') ? prefix : prefix + "/";
  const auto page = vams_.buckets().Scan(std::nullopt, ItemCount{1000});
  for (const BucketRecord& record : page->items) {
    if (record.bucket_name != binding_.bucket || record.base_prefix != wanted) continue;
    const AttributeValue* versioning = record.item.Find("isVersioningEnabled");
    const bool* on = versioning == nullptr ? nullptr : versioning->As<bool>();
    return Place{record.bucket_id, on != nullptr && *on};
  }
  return std::nullopt;
}

std::string BucketSync::CreateAsset(const Place& place, const std::string& prefix, const std::string& asset_id) {
  if (binding_.databases.empty() ||
      (binding_.databases.size() > 1 && !Contains(binding_.databases, binding_.default_database))) {
    binding_.databases.push_back(binding_.default_database);
    ++counts_.created_databases;
  }
  const std::string database = binding_.databases.size() == 1 ? binding_.databases.front() : binding_.default_database;
  Item item;
  item.Set("databaseId", database);
  item.Set("assetId", asset_id);
  item.Set("assetName", asset_id);
  item.Set("bucketId", place.bucket_id);
  AttributeMap location;
  location.Set("Key", (WholeBucket(prefix) ? "" : prefix) + asset_id + "/");
  item.Set("assetLocation", std::move(location));
  vams_.PutAsset(std::move(item));
  ++counts_.created_assets;
  return database;
}

// False: there is no such object.
bool BucketSync::Agree(const ObjectRef& object, const AssetKey& owner) {
  auto heads = vams_.objects().HeadMany({&object, 1});
  if (!heads || !heads->front() || !*heads->front()) return false;
  ObjectHead head = std::move(**heads->front());
  const std::string* database = head.FindMetadata("databaseid");
  const std::string* asset = head.FindMetadata("assetid");
  if (database != nullptr && *database == owner.database_id && asset != nullptr && *asset == owner.asset_id) {
    return true;
  }
  SetMetadata(head, "databaseid", owner.database_id);
  SetMetadata(head, "assetid", owner.asset_id);
  head.last_modified = std::chrono::floor<std::chrono::seconds>(clock_.Now());
  if (head.version_id) head.version_id = fmt::format("rewritten-{}", ++versions_);
  raised_.push_back(fmt::format(
      R"({{"Records":[{{"eventSource":"aws:s3","eventName":"ObjectCreated:Copy","s3":{{"bucket":{{"name":{}}},"object":{{"key":{}}}}}}}]}})",
      Json(object.bucket).dump(), Json(EncodeEventKey(object.key, KeyEncoding::kS3)).dump()));
  ++counts_.rewritten;
  return vams_.PutObject(object, std::move(head)).has_value();
}

void BucketSync::SetType(const AssetRecord& asset, const std::string& base) {
  const auto page = vams_.objects().List(binding_.bucket, base, std::nullopt, ItemCount{1000});
  if (!page) return;
  std::string type;
  for (const ObjectEntry& entry : page->entries) {
    if (entry.key.ends_with('/')) continue;
    const std::string_view name = std::string_view(entry.key).substr(entry.key.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    const std::string one = dot == std::string_view::npos ? "unknown" : AsciiLower(name.substr(dot));
    type = type.empty() ? one : "folder";
  }
  const std::string_view current = StringAttribute(asset.item, "assetType");
  if (type.empty() && current.empty()) type = "none";
  if (type.empty() || type == current) return;
  Item item = asset.item;
  item.Set("assetType", type);
  vams_.PutAsset(std::move(item));
  ++counts_.retyped;
}

bool BucketSync::HandleRecord(const Json& record) {
  if (!record.contains("s3")) return false;
  const auto bucket = record["s3"]["bucket"]["name"].get<std::string>();
  const auto key = record["s3"]["object"]["key"].get<std::string>();
  std::string prefix = binding_.prefix;
  if (prefix != "/") prefix.erase(0, std::min(prefix.find_first_not_of('/'), prefix.size()));
  if (bucket != binding_.bucket) return false;
  if (!WholeBucket(prefix) && !key.starts_with(prefix)) return false;
  const auto place = FindPlace(prefix);
  if (!place) return false;
  const std::string asset_id = AssetIdOf(key, prefix);
  if (asset_id.empty() || Contains(kReserved, asset_id) || CheckAssetId(asset_id)) return false;

  auto owners = vams_.assets().FindInBucket(place->bucket_id, asset_id);
  if (!owners) return false;
  const std::string database =
      owners->empty() ? CreateAsset(*place, prefix, asset_id) : owners->front().key.database_id;
  if (key.ends_with("init") || key.ends_with("init/")) {
    if (place->versioning) {
      vams_.EraseObject({bucket, key});
    } else {
      vams_.DeleteObject({bucket, key});
    }
    ++counts_.deleted;
    return true;
  }
  if (!Agree({bucket, key}, {database, asset_id})) return false;
  owners = vams_.assets().FindInBucket(place->bucket_id, asset_id);
  if (owners && !owners->empty()) SetType(owners->front(), (WholeBucket(prefix) ? "" : prefix) + asset_id + "/");
  return true;
}

}  // namespace vams
