#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/asset.h"
#include "model/cursor.h"

namespace vams {

struct BucketPage {
  std::vector<BucketRecord> items;
  std::optional<Cursor> next;  // nullopt: done
};

// Reads the buckets table. Safe for concurrent calls. No table: kNotFound.
class BucketTable {
 public:
  virtual ~BucketTable() = default;

  // One page of all records, in no promised order, starting after `from`; at most `limit` (> 0).
  virtual Result<BucketPage> Scan(const std::optional<Cursor>& from, ItemCount limit) = 0;

  // For each bucket id, in order, its first record by sort key (`bucketName:baseAssetsPrefix`); nullopt: none, a
  // success.
  virtual Result<std::vector<std::optional<BucketRecord>>> GetMany(std::span<const std::string> bucket_ids) = 0;
};

}  // namespace vams
