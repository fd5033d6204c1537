#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace vams::aws {

// The text of a member; "" where `json` is no object or has no text of that name.
std::string TextField(const nlohmann::ordered_json& json, const char* name);

}  // namespace vams::aws
