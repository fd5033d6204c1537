#include "index/check_definition.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

// OpenSearch answers settings as text: 1 as "1", true as "true".
std::string Scalar(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Result<Json> Parse(std::string_view text, std::string_view which) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "the {} index definition is no JSON object", which);
  return json;
}

// [{"name": {...}}, ...]
std::vector<std::pair<std::string, const Json*>> Templates(const Json& list) {
  std::vector<std::pair<std::string, const Json*>> out;
  for (const Json& one : list) {
    if (one.is_object() && one.size() == 1) out.emplace_back(one.begin().key(), &one.begin().value());
  }
  return out;
}

class Comparison {
 public:
  void Compare(const std::string& path, const Json& expected, const Json& actual) {
    if (expected.is_object() && actual.is_object()) {
      for (const auto& [name, value] : expected.items()) {
        const std::string here = path.empty() ? name : path + "." + name;
        const Json* found = Find(actual, path, name);
        if (found == nullptr) {
          differences.push_back({DefinitionDifference::Kind::kMissing, here, value.dump(), ""});
        } else {
          Compare(here, value, *found);
        }
      }
    } else if (path == "mappings.dynamic_templates" && expected.is_array() && actual.is_array()) {
      CompareTemplates(path, expected, actual);
    } else if (expected.is_structured() || actual.is_structured() ? expected != actual
                                                                  : Scalar(expected) != Scalar(actual)) {
      differences.push_back({DefinitionDifference::Kind::kDifferent, path, expected.dump(), actual.dump()});
    }
  }

  std::vector<DefinitionDifference> differences;

 private:
  static const Json* Find(const Json& object, const std::string& path, const std::string& name) {
    if (object.contains(name)) return &object.at(name);
    if (path == "settings" && object.contains("index") && object.at("index").is_object()) {
      const Json& index = object.at("index");
      if (index.contains(name)) return &index.at(name);
    }
    return nullptr;
  }

  void CompareTemplates(const std::string& path, const Json& expected, const Json& actual) {
    const auto wanted = Templates(expected);
    const auto found = Templates(actual);
    std::vector<std::string> order_wanted;
    std::vector<std::string> order_found;
    for (const auto& [name, body] : wanted) {
      const auto at = std::find_if(found.begin(), found.end(), [&](const auto& f) { return f.first == name; });
      if (at == found.end()) {
        differences.push_back({DefinitionDifference::Kind::kMissing, path + "." + name, body->dump(), ""});
        continue;
      }
      order_wanted.push_back(name);
      Compare(path + "." + name, *body, *at->second);
    }
    for (const auto& [name, body] : found) {
      if (std::find(order_wanted.begin(), order_wanted.end(), name) != order_wanted.end()) order_found.push_back(name);
    }
    if (order_found != order_wanted) {
      differences.push_back({DefinitionDifference::Kind::kDifferent, path + " (order)", Json(order_wanted).dump(),
                             Json(order_found).dump()});
    }
  }
};

}  // namespace

Result<std::vector<DefinitionDifference>> CheckDefinition(std::string_view expected, std::string_view actual) {
  TRY_ASSIGN(const Json wanted, Parse(expected, "expected"));
  TRY_ASSIGN(const Json found, Parse(actual, "actual"));
  Comparison comparison;
  comparison.Compare("", wanted, found);
  return std::move(comparison.differences);
}

}  // namespace vams
