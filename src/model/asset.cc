#include "model/asset.h"

namespace vams {

AssetRecord AssetRecordFromItem(Item item) {
  AssetRecord record;
  record.key.database_id = StringAttribute(item, "databaseId");
  record.key.asset_id = StringAttribute(item, "assetId");
  record.item = std::move(item);
  return record;
}

BucketRecord BucketRecordFromItem(Item item) {
  BucketRecord record;
  record.bucket_id = StringAttribute(item, "bucketId");
  record.bucket_name = StringAttribute(item, "bucketName");
  if (const AttributeValue* prefix = item.Find("baseAssetsPrefix");
      prefix != nullptr && prefix->AsString() != nullptr) {
    record.base_prefix = *prefix->AsString();
  }
  record.item = std::move(item);
  return record;
}

std::string NormalisedPrefix(const std::optional<std::string>& base_prefix) {
  std::string prefix = base_prefix.value_or("/");
  if (!prefix.ends_with('/')) prefix.push_back('/');
  if (prefix.starts_with('/')) prefix.erase(0, 1);
  return prefix;
}

}  // namespace vams
