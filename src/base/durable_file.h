#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace vams {

// The whole file; nullopt: there is none. kTooLarge: it is longer than `at_most`. Errors name the file, never its
// content.
Result<std::optional<std::string>> ReadWholeFile(const std::filesystem::path& path, Bytes at_most = Bytes{1 << 30});

// Puts `text` into the place of `path`, whole or not at all, readable by its owner only, and returns when it would
// outlive a power failure.
// Failure (kNoSpace, kReadOnly, kAccessDenied, kIo): the old file is as it was.
Status ReplaceDurably(const std::filesystem::path& path, std::string_view text);

// As ReplaceDurably, but never in the place of anything, be it a file or a link. kConflict: `path` is taken.
Status CreateDurably(const std::filesystem::path& path, std::string_view text);

// Appends `line` and a line break, whole or not at all, and returns when they would outlive a power failure. Makes the
// file where it is missing; a line that an earlier writer left cut is closed first. One writer at a time. Errors as
// above.
Status AppendLineDurably(const std::filesystem::path& path, std::string_view line);

// A name that was made, replaced or removed is on the disk only once its directory is. "" is the working directory. A
// file system that syncs no directories (SMB, some of FUSE) is no failure: there is nothing better to be had there.
Status SyncDirectory(const std::filesystem::path& directory);
// Whether it can be synced: false for such a file system alone.
bool CanSyncDirectory(const std::filesystem::path& directory);

}  // namespace vams
