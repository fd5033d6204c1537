#pragma once

#include <cstddef>
#include <optional>

#include "documents/file_document.h"
#include "documents/file_loader.h"

// Shared by the sources of FileLoader alone.
namespace vams {

// One request that is to be indexed, with what its document needs.
struct FileLoader::Work {
  std::size_t index;  // among the notices
  FileRequest request;
  AssetRow asset{};
  BucketRow bucket{};
  const ObjectHead* head = nullptr;  // nullptr: there is no object
};

// Notices as far as they are decided without looking at the metadata table.
struct FileLoader::Planned {
  Heads heads;                         // what `work` points at
  std::vector<FileVerdicts> verdicts;  // of those that are not in `work`
  std::vector<Work> work;
};

FileVerdicts One(Verdict verdict);

// 5.4 as far as it needs no look-up: nullopt where the request is to be indexed.
std::optional<Verdict> CheckFileRequest(const FileRequest& request);

}  // namespace vams
