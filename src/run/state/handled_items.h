#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "model/asset.h"
#include "model/object.h"
#include "verify/external_sorter.h"

namespace vams {

// The assets and objects that a run sent, for a verification of just those. Memory is bounded, the rest goes to
// `directory`. One thread at a time.
class HandledItems {
 public:
  explicit HandledItems(const std::filesystem::path& directory);

  Status Add(const AssetKey& key);
  Status Add(const ObjectRef& object);
  // Ends adding; then each Next gives what was added, in order of keys, and nullopt at the end.
  Status Finish();
  Result<std::optional<AssetKey>> NextAsset();
  Result<std::optional<ObjectRef>> NextObject();
  // Begins again with the first ones.
  Status Rewind();

 private:
  ExternalSorter assets_;
  ExternalSorter objects_;
};

// Two texts as one, and back; either may hold any byte.
std::string JoinParts(std::string_view first, std::string_view second);
std::pair<std::string, std::string> SplitParts(std::string_view joined);

}  // namespace vams
