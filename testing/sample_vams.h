#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/asset.h"
#include "model/object.h"
#include "testing/memory_deployment.h"

// A small VAMS that tests begin with: one bucket "files" with the row "bucket-1" and prefix '/', the asset db-one/chair
// with its files below chair/.
namespace vams {

inline const std::string kBucket = "files";
inline const std::string kBucketId = "bucket-1";
inline const AssetKey kChair{"db-one", "chair"};

inline Item BucketItem(const std::string& id, const std::string& name, const std::string& prefix) {
  Item item;
  item.Set("bucketId", id);
  item.Set("bucketName:baseAssetsPrefix", name + ":" + prefix);
  item.Set("bucketName", name);
  item.Set("baseAssetsPrefix", prefix);
  return item;
}

inline Item AssetItem(const AssetKey& key, const std::string& location) {
  Item item;
  item.Set("databaseId", key.database_id);
  item.Set("assetId", key.asset_id);
  item.Set("assetName", "The " + key.asset_id);
  item.Set("bucketId", kBucketId);
  item.Set("tags", AttributeValue::List{AttributeValue("wood")});
  AttributeMap where;
  where.Set("Key", location);
  item.Set("assetLocation", std::move(where));
  return item;
}

inline Item LinkItem(const std::string& id, const AssetKey& from, const AssetKey& to, const std::string& kind) {
  Item item;
  item.Set("assetLinkId", id);
  item.Set("fromAssetDatabaseId:fromAssetId", from.database_id + ":" + from.asset_id);
  item.Set("toAssetDatabaseId:toAssetId", to.database_id + ":" + to.asset_id);
  item.Set("relationshipType", kind);
  return item;
}

inline Item MetadataItem(const std::string& database_id, const std::string& key, const std::string& name,
                         const std::string& value) {
  Item item;
  item.Set("databaseId", database_id);
  item.Set("assetId", key);
  item.Set(name, value);
  return item;
}

inline ObjectHead HeadOf(const AssetKey& asset) {
  ObjectHead head;
  head.size = 12;
  head.last_modified = *ParseIso("2025-03-04T05:06:07Z");
  head.etag = "e1";
  head.metadata = {{"databaseid", asset.database_id}, {"assetid", asset.asset_id}};
  return head;
}

inline void FillSample(MemoryDeployment& vams) {
  vams.CreateBucket(kBucket);
  vams.PutBucketRow(BucketItem(kBucketId, kBucket, "/"));
  vams.PutAsset(AssetItem(kChair, "chair/"));
}

inline Status PutFile(MemoryDeployment& vams, const std::string& key, const AssetKey& asset = kChair) {
  return vams.PutObject({kBucket, key}, HeadOf(asset));
}

// An S3 event as a bucket raises it.
inline std::string S3Event(const std::string& key, const std::string& name = "ObjectCreated:Put",
                           const std::string& bucket = kBucket) {
  return R"({"Records":[{"eventSource":"aws:s3","eventName":")" + name + R"(","s3":{"bucket":{"name":")" + bucket +
         R"("},"object":{"key":")" + key + R"("}}}]})";
}

}  // namespace vams
