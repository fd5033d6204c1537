#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace vams::embedded {

struct FileFacts {
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970
};

// kNotFound, kAccessDenied, ... name the file. kInvalid: not a regular file.
Result<FileFacts> LookAtFile(const std::string& path);
// The MD5 of the bytes in hex: the ETag that S3 gives to an object stored in one part.
Result<std::string> Md5OfFile(const std::string& path);
std::string Md5OfText(std::string_view text);

struct StoredContent {
  std::string path;  // below the content directory: the SHA-256 in hex, after two of its digits as a folder
  std::uint64_t size = 0;
  std::string md5;
};
// Copies the bytes of `file` below `content_directory`, where equal bytes are kept once. Durable when it returns; after
// a failure nothing is left behind.
Result<StoredContent> StoreContent(const std::string& content_directory, const std::string& file);

}  // namespace vams::embedded
