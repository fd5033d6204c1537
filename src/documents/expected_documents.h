#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/compatibility.h"
#include "documents/decision.h"
#include "model/asset.h"
#include "model/object.h"
#include "ports/asset_table.h"
#include "ports/bucket_table.h"
#include "ports/object_store.h"
#include "ports/side_tables.h"

namespace vams {

// The ports that a document is made from.
struct SourcePorts {
  AssetTable& assets;
  BucketTable& buckets;
  SideTables& side_tables;
  ObjectStore& objects;
};

// What should be in the indexes, by the rules that the indexers use. Look-ups are batched within a call and kept in a
// small, bounded memory for the next ones, until Forget(). One thread at a time.
class ExpectedDocuments {
 public:
  ExpectedDocuments(const SourcePorts& source, Compatibility compatibility);
  ~ExpectedDocuments();

  // One decision for each record, in order. The records are taken as they are, not read again.
  Result<std::vector<Decision>> ForAssets(std::span<const AssetRecord> records);

  // One decision for each object of `bucket`, in order. A HEAD is sent only for entries without `head`.
  Result<std::vector<Decision>> ForObjects(std::string_view bucket, std::span<const ObjectEntry> entries);

  // Drops what was kept, so that the next call sees the tables as they are then.
  void Forget();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vams
