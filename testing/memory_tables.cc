#include <algorithm>

#include "testing/memory_deployment.h"

namespace vams {
namespace {

class MemoryAssetTable final : public AssetTable {
 public:
  explicit MemoryAssetTable(MemoryState& state) : state_(state) {}

  Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override {
    const MutexLock lock(state_.mu);
    AssetPage page;
    std::size_t position = 0;
    const std::size_t begin = from ? std::stoul(from->token) : 0;
    for (const auto& [key, item] : state_.assets) {
      const std::size_t at = position++;
      if (at < begin || at % segment.total != segment.index) continue;
      if (page.items.size() == limit.value) {
        page.next = Cursor{std::to_string(at)};
        break;
      }
      page.items.push_back(AssetRecordFromItem(item));
    }
    return page;
  }

  Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey> keys) override {
    const MutexLock lock(state_.mu);
    std::vector<std::optional<AssetRecord>> found(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const auto it = state_.assets.find(keys[i]); it != state_.assets.end()) {
        found[i] = AssetRecordFromItem(it->second);
      }
    }
    return found;
  }

  Result<std::vector<AssetRecord>> FindInBucket(std::string_view bucket_id, std::string_view asset_id) override {
    const MutexLock lock(state_.mu);
    std::vector<AssetRecord> found;
    for (const auto& [key, item] : state_.assets) {
      if (key.asset_id == asset_id && StringAttribute(item, "bucketId") == bucket_id) {
        found.push_back(AssetRecordFromItem(item));
      }
    }
    return found;
  }

  Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey> keys, std::string_view value) override {
    return Change(keys, [&](Item& item) {
      item.Set(std::string(kReindexDateAttribute), std::string(value));
      return true;
    });
  }

  Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey> keys, ClearTouch how) override {
    return Change(keys, [&](Item& item) {
      if (item.Find(kReindexDateAttribute) == nullptr) return false;
      if (how == ClearTouch::kRemove) return item.Erase(kReindexDateAttribute);
      item.Set(std::string(kReindexDateAttribute), AttributeValue::Null{});
      return true;
    });
  }

  Result<ItemCount> ApproximateCount() override {
    const MutexLock lock(state_.mu);
    return ItemCount{state_.assets.size()};
  }

 private:
  template <class Edit>
  Result<std::vector<Result<TouchOutcome>>> Change(std::span<const AssetKey> keys, Edit&& edit) {
    const MutexLock lock(state_.mu);
    std::vector<Result<TouchOutcome>> outcomes;
    for (const AssetKey& key : keys) {
      const auto it = state_.assets.find(key);
      const bool done = it != state_.assets.end() && edit(it->second);
      outcomes.emplace_back(done ? TouchOutcome::kDone : TouchOutcome::kGone);
      if (!done) continue;
      ChangeRecord record;
      record.sequence = std::to_string(state_.changes.size());
      record.keys.Set("databaseId", key.database_id);
      record.keys.Set("assetId", key.asset_id);
      record.new_image = it->second;
      state_.changes.push_back(std::move(record));
    }
    return outcomes;
  }

  MemoryState& state_;
};

class MemoryBucketTable final : public BucketTable {
 public:
  explicit MemoryBucketTable(MemoryState& state) : state_(state) {}

  Result<BucketPage> Scan(const std::optional<Cursor>& from, ItemCount limit) override {
    const MutexLock lock(state_.mu);
    BucketPage page;
    std::size_t position = 0;
    const std::size_t begin = from ? std::stoul(from->token) : 0;
    for (const auto& [key, item] : state_.buckets_rows) {
      const std::size_t at = position++;
      if (at < begin) continue;
      if (page.items.size() == limit.value) {
        page.next = Cursor{std::to_string(at)};
        break;
      }
      page.items.push_back(BucketRecordFromItem(item));
    }
    return page;
  }

  Result<std::vector<std::optional<BucketRecord>>> GetMany(std::span<const std::string> bucket_ids) override {
    const MutexLock lock(state_.mu);
    std::vector<std::optional<BucketRecord>> found(bucket_ids.size());
    for (std::size_t i = 0; i < bucket_ids.size(); ++i) {
      const auto it = state_.buckets_rows.lower_bound({bucket_ids[i], ""});
      if (it != state_.buckets_rows.end() && it->first.first == bucket_ids[i]) {
        found[i] = BucketRecordFromItem(it->second);
      }
    }
    return found;
  }

 private:
  MemoryState& state_;
};

class MemorySideTables final : public SideTables {
 public:
  explicit MemorySideTables(MemoryState& state) : state_(state) {}

  Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey> keys) override {
    const MutexLock lock(state_.mu);
    std::vector<std::optional<Item>> found(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const auto it = state_.metadata.find(keys[i]); it != state_.metadata.end()) found[i] = it->second;
    }
    return found;
  }

  Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                    std::optional<ItemCount> limit) override {
    const MutexLock lock(state_.mu);
    std::vector<std::vector<Item>> found(queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const std::string asset = queries[i].asset.database_id + ':' + queries[i].asset.asset_id;
      const bool from = queries[i].end == LinkEnd::kFrom;
      const auto* partition = from ? "fromAssetDatabaseId:fromAssetId" : "toAssetDatabaseId:toAssetId";
      const auto* sort = from ? "toAssetDatabaseId:toAssetId" : "fromAssetDatabaseId:fromAssetId";
      for (const auto& [id, item] : state_.links) {
        if (StringAttribute(item, partition) == asset) found[i].push_back(item);
      }
      std::ranges::stable_sort(found[i], {}, [&](const Item& item) { return StringAttribute(item, sort); });
      if (limit && found[i].size() > limit->value) found[i].resize(limit->value);
    }
    return found;
  }

  Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                       std::optional<ItemCount> limit) override {
    const MutexLock lock(state_.mu);
    std::vector<std::vector<Item>> found(asset_ids.size());
    for (std::size_t i = 0; i < asset_ids.size(); ++i) {
      for (auto it = state_.versions.lower_bound({asset_ids[i], ""});
           it != state_.versions.end() && it->first.first == asset_ids[i]; ++it) {
        if (limit && found[i].size() == limit->value) break;
        found[i].push_back(it->second);
      }
    }
    return found;
  }

 private:
  MemoryState& state_;
};

}  // namespace

std::unique_ptr<AssetTable> MakeMemoryAssetTable(MemoryState& state) {
  return std::make_unique<MemoryAssetTable>(state);
}
std::unique_ptr<BucketTable> MakeMemoryBucketTable(MemoryState& state) {
  return std::make_unique<MemoryBucketTable>(state);
}
std::unique_ptr<SideTables> MakeMemorySideTables(MemoryState& state) {
  return std::make_unique<MemorySideTables>(state);
}

}  // namespace vams
