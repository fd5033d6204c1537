#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace vams {

// Where an object lies. Keys are UTF-8 of 1 to 1,024 bytes and may hold control characters, "//" and spaces.
struct ObjectRef {
  std::string bucket;
  std::string key;
  auto operator<=>(const ObjectRef&) const = default;
};

// What a HEAD tells of the current version of an object.
struct ObjectHead {
  std::uint64_t size = 0;  // bytes
  UtcTime last_modified;   // S3 gives whole seconds
  std::string etag;        // without quotes
  std::optional<std::string> version_id;
  std::vector<std::pair<std::string, std::string>>
      metadata;  // user metadata; names in small letters, as S3 returns them

  // nullptr when absent.
  const std::string* FindMetadata(std::string_view name) const {
    for (const auto& [n, value] : metadata) {
      if (n == name) return &value;
    }
    return nullptr;
  }
};

// One entry of a listing. `head` is there where the store knows it without another request (the embedded one does), so
// that callers need no HEAD.
struct ObjectEntry {
  std::string key;
  std::uint64_t size = 0;
  UtcTime last_modified;
  std::string etag;  // without quotes
  std::optional<ObjectHead> head;
};

}  // namespace vams
