#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "documents/date_patterns.h"
#include "documents/field_names.h"
#include "documents/python_text.h"
#include "documents/request_checks.h"
#include "documents/unicode_text.h"
#include "documents/url_decode.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

AttributeValue ValueOf(const Json& plain) {
  auto map = AttributeMapFromPlainJson(Json{{"v", plain}});
  EXPECT_TRUE(map) << map.error().message;
  return *map->Find("v");
}

std::string Repr(const AttributeValue& value) {
  std::string out;
  python::AppendRepr(out, value);
  return out;
}

std::string Dumps(const AttributeValue& value) {
  std::string out;
  EXPECT_TRUE(python::AppendJsonDumps(out, value));
  return out;
}

// tests/fixtures/make_python_vectors.py tells how the answers were made.
TEST(PythonVectors, AnswersAsPythonDoes) {
  const std::map<std::string, std::function<Json(const Json&)>> functions{
      {"decimal", [](const Json& in) { return python::DecimalText(in.get<std::string>()); }},
      {"float", [](const Json& in) { return python::FloatText(in.get<double>()); }},
      {"repr", [](const Json& in) { return Repr(ValueOf(in)); }},
      {"dumps", [](const Json& in) { return Dumps(ValueOf(in)); }},
      {"lower", [](const Json& in) { return unicode::Lower(in.get<std::string>()); }},
      {"strip", [](const Json& in) { return std::string(unicode::Strip(in.get_ref<const std::string&>())); }},
      {"unquote_plus", [](const Json& in) { return UnquotePlus(in.get<std::string>()); }},
      {"date", [](const Json& in) { return LooksLikeDate(in.get<std::string>()); }},
      // The name goes through what is left out first, which the vectors do not tell of.
      {"field_name", [](const Json& in) { return MetadataFieldName(in.get<std::string>()).value_or("left out"); }},
      {"asset_id", [](const Json& in) { return !CheckAssetId(in.get<std::string>()).has_value(); }},
  };
  std::ifstream file(std::string(VAMS_FIXTURES) + "/python_vectors.jsonl");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const Json vectors = Json::parse(line);
    const std::string name = vectors.at("function").get<std::string>();
    const auto& function = functions.at(name);
    for (const Json& vector : vectors.at("cases")) {
      const Json answer = function(vector[0]);
      if (name == "field_name" && answer == "left out") continue;
      EXPECT_EQ(answer, vector[1]) << name << " of " << vector[0].dump(-1, ' ', true);
    }
  }
  EXPECT_EQ(lines, functions.size());
}

}  // namespace
}  // namespace vams
