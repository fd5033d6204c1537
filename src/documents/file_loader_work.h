#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "documents/file_document.h"
#include "documents/file_loader.h"

// Shared by the sources of FileLoader alone.
namespace vams {

// An object that is asked about; of an ObjectNotice or of a listing.
struct FileLoader::Asked {
  std::string_view bucket;
  std::string_view key;
  bool removal = false;
  bool unreadable_name = false;
  const ObjectHead* head = nullptr;
  const AssetKey* named = nullptr;  // where the caller knows it without a head
};

// One request that is to be indexed, with what its document needs.
struct FileLoader::Work {
  std::size_t index;  // among the notices
  std::string path{};
  AssetRow asset{};
  BucketRow bucket{};
  const ObjectHead* head = nullptr;  // nullptr: there is no object
  bool archived = false;
};

// Notices as far as they are decided without looking at the metadata table.
struct FileLoader::Planned {
  Heads heads;                         // what `work` points at
  std::vector<FileVerdicts> verdicts;  // of those that are not in `work`
  std::vector<Work> work;
};

FileVerdicts One(Verdict verdict);

// What 5.4 looks at in a request.
struct FileRequestText {
  std::string_view database_id;
  std::string_view asset_id;
  std::string_view path;
  std::string_view bucket;
  std::string_view key;
  std::string_view operation = "index";
};

// 5.4 as far as it needs no look-up: nullopt where the request is to be indexed. `same_place`: an earlier request with
// this asset and this bucket was to be indexed, so that these need not be looked at again.
std::optional<Verdict> CheckFileRequest(const FileRequestText& request, bool same_place = false);

}  // namespace vams
