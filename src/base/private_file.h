#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

namespace vams {

// Files and directories of one user: what a run leaves names assets and files, and holds whole documents. Modes are
// 0600 and 0700 whatever the umask, and a link in the place of a file is refused, not followed.

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, CloseFile>;

enum class PrivateFile { kAppend, kReplace };

// For writing. nullptr: errno says why.
FilePtr OpenPrivate(const std::filesystem::path& path, PrivateFile how);

// Makes the last directory of `path`. 0; or an errno, EEXIST among them.
int MakePrivateDirectory(const std::filesystem::path& path);

}  // namespace vams
