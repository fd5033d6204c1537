#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/asset.h"
#include "model/cursor.h"

namespace vams {

// Part `index` of `total` disjoint parts that together are the table. 0 <= index < total <= 1,000,000.
struct Segment {
  std::uint32_t index = 0;
  std::uint32_t total = 1;
};

struct AssetPage {
  std::vector<AssetRecord> items;
  std::optional<Cursor> next;  // nullopt: the segment is done
};

struct AssetKeyPage {
  std::vector<AssetKey> keys;
  std::optional<Cursor> next;  // nullopt: the segment is done
};

// What BucketIdGSI is asked: the records of this bucket with this asset id.
struct BucketAsset {
  std::string bucket_id;
  std::string asset_id;
  auto operator<=>(const BucketAsset&) const = default;
};

enum class TouchOutcome { kDone, kGone };
enum class ClearTouch { kRemove, kSetNull };

// Reads and touches asset records. Safe for concurrent calls. Never retries or sleeps by itself.
class AssetTable {
 public:
  virtual ~AssetTable() = default;

  // One page of `segment`, starting after `from` (nullopt: at its start), at most `limit` records (> 0). Success:
  // records in no promised order; an empty page with a `next` is normal. Failure: nothing consumed, the same `from` may
  // be used again. No table: kNotFound. A record without usable ids comes with "" in its key.
  virtual Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) = 0;

  // Scan for whoever needs no more than the keys: the same pages, without their attributes.
  virtual Result<AssetKeyPage> ScanKeys(Segment segment, const std::optional<Cursor>& from, ItemCount limit) {
    TRY_ASSIGN(AssetPage records, Scan(segment, from, limit));
    AssetKeyPage page{.keys = {}, .next = std::move(records.next)};
    page.keys.reserve(records.items.size());
    for (AssetRecord& record : records.items) page.keys.push_back(std::move(record.key));
    return page;
  }

  // One answer for each key, in order; nullopt: no such record, which is a success. An error means that we could not
  // find out: never take it for "absent". No bound on the number of keys.
  virtual Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey> keys) = 0;

  // The records with this bucket and asset id, whatever the database (the index BucketIdGSI), by database id.
  virtual Result<std::vector<AssetRecord>> FindInBucket(std::string_view bucket_id, std::string_view asset_id) = 0;

  // FindInBucket for many, one answer for each, in order. No bound on their number. A backend whose look-ups take time
  // sends several at once.
  virtual Result<std::vector<std::vector<AssetRecord>>> FindManyInBucket(std::span<const BucketAsset> wanted) {
    std::vector<std::vector<AssetRecord>> found;
    found.reserve(wanted.size());
    for (const BucketAsset& one : wanted) {
      TRY_ASSIGN(auto records, FindInBucket(one.bucket_id, one.asset_id));
      found.push_back(std::move(records));
    }
    return found;
  }

  // Sets `_os_reindex_date` to `value` on each record that exists and changes nothing else; a record that is gone stays
  // gone. One outcome for each key, in order; an outcome is an error where the write was refused or its fate is
  // unknown. The outer error: nothing was written. No bound on the number of keys.
  virtual Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey> keys, std::string_view value) = 0;

  // Removes `_os_reindex_date`, or sets it to null, where it is there; outcomes as for Touch, kGone also where it was
  // absent.
  virtual Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey> keys, ClearTouch how) = 0;

  // About how many records the table holds; exact only where that is cheap. For progress, never for a verdict.
  virtual Result<ItemCount> ApproximateCount() = 0;
};

}  // namespace vams
