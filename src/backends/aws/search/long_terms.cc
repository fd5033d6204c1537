#include "backends/aws/search/long_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

const Json* Find(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &*at;
}

std::string_view TextOf(const Json& object, const char* name) {
  const Json* value = Find(object, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_ref<const std::string&>())
                                                : std::string_view();
}

bool IsUnboundedKeyword(const Json& field) {
  return TextOf(field, "type") == "keyword" && Find(field, "ignore_above") == nullptr;
}

// The field itself or one of the fields below it that take the same text.
bool TakesWholeTexts(const Json& field) {
  if (IsUnboundedKeyword(field)) return true;
  const Json* below = Find(field, "fields");
  return below != nullptr && std::any_of(below->begin(), below->end(), IsUnboundedKeyword);
}

bool MatchesPattern(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= name.size(); ++at) {
    if (MatchesPattern(rest, name.substr(at))) return true;
  }
  return false;
}

// What a text under a new name becomes: the first template that fits it decides. nullptr: the service's own rule, which
// leaves long texts out.
const Json* Template(const Json& mappings, std::string_view name) {
  const Json* templates = Find(mappings, "dynamic_templates");
  if (templates == nullptr || !templates->is_array()) return nullptr;
  for (const Json& holder : *templates) {
    if (!holder.is_object() || holder.size() != 1) continue;
    const Json& one = *holder.begin();
    const std::string_view type = TextOf(one, "match_mapping_type");
    if (!type.empty() && type != "*" && type != "string") continue;
    const std::string_view pattern = TextOf(one, "match");
    if (!pattern.empty() && !MatchesPattern(pattern, name)) continue;
    const std::string_view except = TextOf(one, "unmatch");
    if (!except.empty() && MatchesPattern(except, name)) continue;
    return Find(one, "mapping");
  }
  return nullptr;
}

std::size_t LongestText(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().size();
  std::size_t longest = 0;
  if (value.is_array()) {
    for (const Json& element : value) longest = std::max(longest, LongestText(element));
  }
  return longest;
}

}  // namespace

std::vector<RefusedField> TooLongTerms(const Json& mappings, const Json& document) {
  std::vector<RefusedField> refused;
  if (!document.is_object()) return refused;
  const Json* properties = Find(mappings, "properties");
  for (const auto& [name, value] : document.items()) {
    const std::size_t longest = LongestText(value);
    if (longest <= kLongestTerm) continue;
    const Json* field = properties == nullptr ? nullptr : Find(*properties, name.c_str());
    if (field == nullptr) field = Template(mappings, name);
    if (field == nullptr || !TakesWholeTexts(*field)) continue;
    refused.push_back(
        {name, fmt::format("a text of {} bytes; one word of the index may have {}", longest, kLongestTerm)});
  }
  return refused;
}

}  // namespace vams::aws
