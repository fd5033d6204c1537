#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backends/local.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "local/local_items.h"
#include "ports/bucket_table.h"
#include "ports/progress.h"

namespace vams {

struct ImportRequest {
  std::filesystem::path folder;  // each of its first-level folders becomes an asset
  std::string database;
  LocalBucketPlace place;
  std::optional<std::vector<std::string>> tags{};  // of every asset; nullopt: as they were
  bool copy = false;                               // keep the bytes in the VAMS, else refer to the files where they are
};

struct ImportedFile {
  std::string file;  // absolute path
  std::string path;  // below the asset, with slashes
  std::uint64_t size = 0;
};

struct ImportedAsset {
  std::string name;  // of the folder
  std::string id;
  std::vector<ImportedFile> files;  // by path, in byte order
};

struct PassedOver {
  std::string path;
  std::string reason;
};

struct ImportPlan {
  std::vector<ImportedAsset> assets;    // by folder name, in byte order
  std::vector<PassedOver> passed_over;  // what is not imported: named, never silently lost
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// Walks the folder and checks everything that can be checked before the first write. kUsage or kAccessDenied names what
// is wrong: no such folder, names that are no UTF-8, keys over 1,024 bytes, what cannot be read (the first few of
// each).
Result<ImportPlan> PlanImport(const ImportRequest& request);

struct ImportResult {
  std::string bucket_id;
  bool new_bucket = false;
  std::uint64_t new_assets = 0;
  std::uint64_t updated_assets = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  bool left_pending = false;  // other changes waited already, so nothing was confirmed for the indexers
  bool interrupted = false;
};

// Brings the VAMS into the state before a migration: bucket, objects, asset and version records are there, and nothing
// waits for the indexers. Assets that are there already are updated. Importing again after a failure completes it.
Result<ImportResult> RunImport(const ImportRequest& request, const ImportPlan& plan, LocalVams& vams,
                               BucketTable& buckets, Clock& clock, Progress& progress, const StopFlag& stop);

// "none" without files, ".ext" for a single one, else "folder".
std::string AssetTypeOf(const std::vector<ImportedFile>& files);

// The record with this name and prefix; nullopt: there is none.
Result<std::optional<BucketRecord>> FindBucketRecord(BucketTable& buckets, const LocalBucketPlace& place);

}  // namespace vams
