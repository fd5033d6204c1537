#pragma once

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

}  // namespace vams
