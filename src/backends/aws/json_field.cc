#include "backends/aws/json_field.h"

#include <nlohmann/json.hpp>

namespace vams::aws {

std::string TextField(const nlohmann::ordered_json& json, const char* name) {
  if (!json.is_object()) return {};
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace vams::aws
