#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "base/result.h"
#include "documents/asset_loader.h"
#include "documents/file_loader.h"

namespace vams {

// Reads an event that is itself the request (docs/reference/vams-behaviour.md, 3.2). kInvalid names each field that is
// missing or wrong: the answer is status 400. The fields that do not matter must still have the types of upstream's
// model.
Result<AssetRequest> ReadAssetCall(const nlohmann::ordered_json& event);
Result<FileRequest> ReadFileCall(const nlohmann::ordered_json& event);

// What `'Records' in event` finds in Python.
enum class EventShape { kRecords, kDirect, kBroken };
EventShape ShapeOf(const nlohmann::ordered_json& event);

}  // namespace vams
