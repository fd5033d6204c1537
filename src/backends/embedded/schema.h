#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "backends/embedded/sqlite_db.h"

namespace vams::embedded {

enum class FileKind { kTables, kObjects, kAssetIndex, kFileIndex };
inline constexpr std::array kFileKinds{FileKind::kTables, FileKind::kObjects, FileKind::kAssetIndex,
                                       FileKind::kFileIndex};

// The format of all four files; a program refuses files with a higher one.
inline constexpr std::int64_t kFormatVersion = 1;

// What a database file of the directory is made of. docs/decisions/0003-embedded-storage.md tells why.
struct FileSpec {
  FileKind kind;
  std::string_view file_name;
  std::uint32_t application_id;  // SQLite keeps it in the header: tells our files from others
  std::string_view schema;
  int page_size;  // bytes
  Sync sync;      // while a run is on
};

const FileSpec& SpecOf(FileKind kind);

// changes.source
inline constexpr int kAssetsSource = 0;
inline constexpr int kMetadataSource = 1;
inline constexpr int kLinksSource = 2;

}  // namespace vams::embedded
