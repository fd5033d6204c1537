#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/local.h"
#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"
#include "local/local_items.h"

namespace vams {

// Of an asset; what is absent stays as it was, or takes VAMS's default for a new one.
struct AssetChange {
  AssetKey key;
  std::optional<std::string> name{};
  std::optional<std::string> description{};
  std::optional<std::vector<std::string>> tags{};
  std::optional<std::string> type{};
  std::optional<bool> is_distributable{};
  std::optional<LocalBucketPlace> place{};  // nullopt: for a new asset the only bucket record there is
};

struct FileUpload {
  AssetKey asset;
  std::filesystem::path file;
  std::string path;  // below the asset; a slash in front is optional
  bool copy = false;
  std::vector<std::pair<std::string, std::string>> metadata{};  // of the object, besides the two that VAMS sets
};

// Changes a living embedded VAMS as its users do: the stream and the topics hear of it. Errors: kUsage for what the
// caller named wrongly, else as LocalVams.
class LocalEdit {
 public:
  LocalEdit(LocalVams& vams, Deployment& deployment, Clock& clock)
      : vams_(vams), deployment_(deployment), clock_(clock) {}

  // The bucket and its record, each made where missing. Gives back the bucket id.
  Result<std::string> AddBucket(const LocalBucketPlace& place, bool versioned);
  // True: it is new, with version "0" and its database.
  Result<bool> PutAsset(const AssetChange& change);
  // As VAMS archives: the record is written under databaseId + "#deleted", then the old one is deleted.
  Status ArchiveAsset(const AssetKey& key);
  // Where it was put. The asset and its bucket must be there.
  Result<ObjectRef> AddFile(const FileUpload& upload);
  // `path`: "" for the asset's own.
  Status AddMetadata(const AssetKey& asset, std::string_view path,
                     const std::vector<std::pair<std::string, std::string>>& values);
  Status AddLink(const AssetKey& from, const AssetKey& to, std::string_view relationship);
  // It becomes the current version; the others stop being it.
  Status AddVersion(const AssetKey& asset, std::string_view version_id, std::string_view comment);

 private:
  Result<Item> FindAsset(const AssetKey& key);
  Result<BucketRecord> RecordFor(const AssetChange& change) const;

  LocalVams& vams_;
  Deployment& deployment_;
  Clock& clock_;
};

}  // namespace vams
