#include "documents/source_rows.h"

#include <algorithm>
#include <optional>

namespace vams {
namespace {

// Adjacent objects mostly share their asset, so few rows serve many look-ups; a row is a kilobyte or more.
constexpr std::size_t kRememberedAssets = 256;
constexpr std::size_t kRememberedBuckets = 256;
constexpr ItemCount kBucketPage{1000};

}  // namespace

SourceRows::SourceRows(AssetTable& assets, BucketTable& buckets)
    : assets_(assets),
      buckets_(buckets),
      asset_rows_(kRememberedAssets),
      bucket_rows_(kRememberedBuckets),
      in_bucket_(kRememberedAssets) {}

Result<std::vector<AssetRow>> SourceRows::Assets(std::span<const AssetKey> keys) {
  std::vector<AssetRow> rows(keys.size());
  std::vector<AssetKey> wanted;
  std::vector<std::size_t> waiting;
  std::unordered_map<AssetKey, std::size_t, AssetKeyHash> places;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && keys[i] == keys[i - 1] && rows[i - 1] != nullptr) {
      rows[i] = rows[i - 1];
    } else if (const AssetRow* row = asset_rows_.Find(keys[i])) {
      rows[i] = *row;
    } else {
      if (places.try_emplace(keys[i], wanted.size()).second) wanted.push_back(keys[i]);
      waiting.push_back(i);
    }
  }
  if (wanted.empty()) return rows;
  TRY_ASSIGN(auto found, assets_.GetMany(wanted));
  std::vector<AssetRow> read(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (found[i]) read[i] = std::make_shared<const AssetRecord>(std::move(*found[i]));
  }
  for (const std::size_t i : waiting) rows[i] = read[places.at(keys[i])];
  for (std::size_t i = 0; i < wanted.size(); ++i) asset_rows_.Put(std::move(wanted[i]), std::move(read[i]));
  return rows;
}

Result<std::vector<BucketRow>> SourceRows::BucketsOf(std::span<const AssetRow> assets) {
  std::vector<std::string> ids(assets.size());
  for (std::size_t i = 0; i < assets.size(); ++i) {
    if (assets[i] != nullptr) ids[i] = StringAttribute(assets[i]->item, "bucketId");
  }
  return Buckets(ids);
}

Result<std::vector<BucketRow>> SourceRows::Buckets(std::span<const std::string> ids) {
  std::vector<BucketRow> rows(ids.size());
  std::vector<std::string> wanted;
  std::unordered_set<std::string_view> asked;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i].empty()) continue;
    if (const BucketRow* row = bucket_rows_.Find(ids[i])) {
      rows[i] = *row;
    } else if (const BucketRow scanned = AmongAll(ids[i])) {
      bucket_rows_.Put(ids[i], scanned);
      rows[i] = scanned;
    } else if (asked.insert(ids[i]).second) {
      wanted.push_back(ids[i]);
    }
  }
  if (wanted.empty()) return rows;
  TRY_ASSIGN(auto found, buckets_.GetMany(wanted));
  std::unordered_map<std::string_view, BucketRow> read;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    BucketRow row;
    if (found[i]) {
      if (auto place = BucketDetailsOf(*found[i])) row = std::make_shared<const BucketDetails>(std::move(*place));
    }
    bucket_rows_.Put(wanted[i], row);
    read.emplace(wanted[i], std::move(row));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto it = read.find(ids[i]); it != read.end()) rows[i] = it->second;
  }
  return rows;
}

// Of several records with one id a look-up gives the first in the order of their sort key, as a scan does.
BucketRow SourceRows::AmongAll(const std::string& id) const {
  if (all_buckets_ == nullptr || nameless_.contains(id)) return nullptr;
  const auto at = std::ranges::find(*all_buckets_, id, &BucketDetails::id);
  return at == all_buckets_->end() ? nullptr : BucketRow(all_buckets_, &*at);
}

Result<std::vector<BucketDetails>> SourceRows::BucketsNamed(std::string_view name) {
  if (all_buckets_ == nullptr) {
    std::vector<BucketDetails> all;
    nameless_.clear();
    std::optional<Cursor> from;
    do {
      TRY_ASSIGN(auto page, buckets_.Scan(from, kBucketPage));
      for (const BucketRecord& record : page.items) {
        if (auto place = BucketDetailsOf(record)) {
          all.push_back(std::move(*place));
        } else {
          nameless_.insert(record.bucket_id);
        }
      }
      from = std::move(page.next);
    } while (from);
    all_buckets_ = std::make_shared<const std::vector<BucketDetails>>(std::move(all));
  }
  std::vector<BucketDetails> named;
  for (const BucketDetails& place : *all_buckets_) {
    if (place.name == name) named.push_back(place);
  }
  return named;
}

Result<AssetsOfId> SourceRows::AssetsInBucket(const std::string& bucket_id, const std::string& asset_id) {
  const BucketAsset wanted{bucket_id, asset_id};
  TRY_ASSIGN(auto found, AssetsInBuckets({&wanted, 1}));
  return std::move(found.front());
}

Result<std::vector<AssetsOfId>> SourceRows::AssetsInBuckets(std::span<const BucketAsset> wanted) {
  std::vector<AssetsOfId> answers(wanted.size());
  std::vector<BucketAsset> asked;
  std::vector<std::size_t> waiting;
  std::unordered_map<BucketAsset, std::size_t, BucketAssetHash> places;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0 && wanted[i] == wanted[i - 1] && answers[i - 1] != nullptr) {
      answers[i] = answers[i - 1];
    } else if (const AssetsOfId* known = in_bucket_.Find(wanted[i])) {
      answers[i] = *known;
    } else {
      if (places.try_emplace(wanted[i], asked.size()).second) asked.push_back(wanted[i]);
      waiting.push_back(i);
    }
  }
  if (asked.empty()) return answers;
  TRY_ASSIGN(auto found, assets_.FindManyInBucket(asked));
  std::vector<AssetsOfId> read(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    read[i] = std::make_shared<const std::vector<AssetRecord>>(std::move(found[i]));
  }
  for (const std::size_t i : waiting) answers[i] = read[places.at(wanted[i])];
  for (std::size_t i = 0; i < asked.size(); ++i) in_bucket_.Put(std::move(asked[i]), std::move(read[i]));
  return answers;
}

void SourceRows::Forget() {
  asset_rows_.Clear();
  bucket_rows_.Clear();
  in_bucket_.Clear();
  all_buckets_.reset();
}

}  // namespace vams
