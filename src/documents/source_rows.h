#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "documents/document_parts.h"
#include "documents/source_ports.h"
#include "model/asset.h"

namespace vams {

// A map that forgets: it holds at most twice `capacity` entries, of which the last `capacity` new ones for certain.
template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedMemory {
 public:
  explicit BoundedMemory(std::size_t capacity) : capacity_(capacity) {}

  // nullptr: not remembered.
  const Value* Find(const Key& key) const {
    if (const auto it = young_.find(key); it != young_.end()) return &it->second;
    if (const auto it = old_.find(key); it != old_.end()) return &it->second;
    return nullptr;
  }
  void Put(Key key, Value value) {
    if (young_.size() >= capacity_) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.insert_or_assign(std::move(key), std::move(value));
  }
  void Clear() {
    young_.clear();
    old_.clear();
  }

 private:
  std::size_t capacity_;
  std::unordered_map<Key, Value, Hash> young_;
  std::unordered_map<Key, Value, Hash> old_;
};

struct AssetKeyHash {
  std::size_t operator()(const AssetKey& key) const {
    const std::size_t a = std::hash<std::string>{}(key.database_id);
    return a * 1099511628211ULL + std::hash<std::string>{}(key.asset_id);
  }
};

struct BucketAssetHash {
  std::size_t operator()(const BucketAsset& wanted) const {
    const std::size_t a = std::hash<std::string>{}(wanted.bucket_id);
    return a * 1099511628211ULL + std::hash<std::string>{}(wanted.asset_id);
  }
};

using AssetRow = std::shared_ptr<const AssetRecord>;     // nullptr: no such row
using BucketRow = std::shared_ptr<const BucketDetails>;  // nullptr: no such row, or one without a name

// The asset rows with one bucket and asset id, by database; never nullptr.
using AssetsOfId = std::shared_ptr<const std::vector<AssetRecord>>;

// Rows of the asset and buckets tables, read in batches and remembered until Forget(). One thread at a time.
class SourceRows {
 public:
  SourceRows(AssetTable& assets, BucketTable& buckets);

  // One row for each key, in order.
  Result<std::vector<AssetRow>> Assets(std::span<const AssetKey> keys);
  // The bucket row of each asset row, in order; nullptr also where the asset is nullptr or has no text as bucketId.
  Result<std::vector<BucketRow>> BucketsOf(std::span<const AssetRow> assets);
  // One place for each bucket id, in order; "" has none.
  Result<std::vector<BucketRow>> Buckets(std::span<const std::string> ids);
  // Every bucket row with this name.
  Result<std::vector<BucketDetails>> BucketsNamed(std::string_view name);
  // AssetTable::FindInBucket, remembered.
  Result<AssetsOfId> AssetsInBucket(const std::string& bucket_id, const std::string& asset_id);
  // The same for many, in order, with one call for what is not remembered.
  Result<std::vector<AssetsOfId>> AssetsInBuckets(std::span<const BucketAsset> wanted);
  void Forget();

 private:
  BucketRow AmongAll(const std::string& id) const;  // nullptr: not scanned, or no such row

  AssetTable& assets_;
  BucketTable& buckets_;
  BoundedMemory<AssetKey, AssetRow, AssetKeyHash> asset_rows_;
  BoundedMemory<std::string, BucketRow> bucket_rows_;
  BoundedMemory<BucketAsset, AssetsOfId, BucketAssetHash> in_bucket_;
  std::shared_ptr<const std::vector<BucketDetails>> all_buckets_;
  std::unordered_set<std::string> nameless_;  // ids of scanned records that are not among them
};

}  // namespace vams
