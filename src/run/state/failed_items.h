#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/asset.h"
#include "model/object.h"

namespace vams {

// One item of a run that was given up: what was asked for, what the service said, how often it was tried.
struct FailedItem {
  std::optional<AssetKey> asset{};    // one of the two
  std::optional<ObjectRef> object{};  //
  std::string document_id{};          // "" where it is not known
  Error error{};
  std::uint32_t tries = 0;
};

// One JSON object on one line, without its end; and back. kCorrupt: not such a line.
std::string ToNdjson(const FailedItem& item);
Result<FailedItem> ReadFailedItem(std::string_view line);

}  // namespace vams
