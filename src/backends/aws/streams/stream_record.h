#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/change.h"

namespace vams::aws {

// "assets", "metadata", "links": how the shards of a table's stream are named here.
std::string_view TableWord(ChangedTable table);

// A record as GetRecords has it. `sequence` stays as it came. kInvalid says what is wrong with it.
Result<ChangeRecord> ChangeRecordFromJson(const nlohmann::ordered_json& json, ChangedTable table);

// One JSON object on one line, for records that are set aside.
std::string DescribeParked(const ChangeRecord& record, std::string_view reason, std::string_view time);

}  // namespace vams::aws
