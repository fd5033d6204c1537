#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "documents/file_loader.h"

namespace vams {

// One S3 record of an event (docs/reference/vams-behaviour.md, 5.2): the object with its key decoded, or a verdict
// where upstream raises.
std::variant<ObjectNotice, Verdict> ReadObjectRecord(const nlohmann::ordered_json& record);

// What an SQS record holds (5.1).
struct QueueContent {
  enum class Kind {
    kRecords,  // S3 records that are to be taken in order, maybe none
    kNoJson,   // a failed result; the loop goes on
    kBroken,   // status 500
  };
  Kind kind = Kind::kRecords;
  nlohmann::ordered_json const* records = nullptr;  // an array of anything; nullptr: none
};

// Unwraps an SQS record. `holder` keeps what the content points at.
QueueContent UnwrapQueueRecord(const nlohmann::ordered_json& record, std::vector<nlohmann::ordered_json>& holder);

}  // namespace vams
