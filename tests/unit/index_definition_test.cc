#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "index/check_definition.h"
#include "index/definitions.h"

namespace vams {
namespace {

using testing::IsEmpty;
using Json = nlohmann::ordered_json;

std::string ReadFixture(const std::string& name) {
  std::ifstream in(std::string(VAMS_FIXTURES) + "/golden/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<DefinitionDifference> Check(const Json& actual) {
  auto differences = CheckDefinition(FileIndexDefinition(), actual.dump());
  EXPECT_TRUE(differences) << differences.error().message;
  return *differences;
}

TEST(IndexDefinitions, AreTheGoldenOnes) {
  EXPECT_EQ(AssetIndexDefinition(), ReadFixture("mapping_asset.json"));
  EXPECT_EQ(FileIndexDefinition(), ReadFixture("mapping_file.json"));
}

TEST(CheckDefinition, TheSameHasNoDifference) { EXPECT_THAT(Check(Json::parse(FileIndexDefinition())), IsEmpty()); }

TEST(CheckDefinition, WhatTheServiceAddsIsNoDifference) {
  Json actual = Json::parse(FileIndexDefinition());
  Json settings = actual["settings"];
  settings["number_of_shards"] = "1";
  settings["number_of_replicas"] = "0";
  settings["uuid"] = "x";
  actual["settings"] = {{"index", settings}};
  actual["mappings"]["properties"]["MD_str_author"] = {{"type", "text"}};
  EXPECT_THAT(Check(actual), IsEmpty());
}

TEST(CheckDefinition, NamesEachDifferenceByPath) {
  Json actual = Json::parse(FileIndexDefinition());
  actual["mappings"]["properties"]["str_key"]["type"] = "keyword";
  actual["mappings"]["properties"].erase("num_filesize");
  actual["mappings"]["dynamic_templates"].erase(0);
  actual["settings"]["number_of_shards"] = "5";
  const auto differences = Check(actual);
  ASSERT_EQ(differences.size(), 4u);
  EXPECT_EQ(differences[0].path, "mappings.dynamic_templates.metadata_strings");
  EXPECT_EQ(differences[0].kind, DefinitionDifference::Kind::kMissing);
  EXPECT_EQ(differences[1].path, "mappings.properties.str_key.type");
  EXPECT_EQ(differences[1].expected, "\"text\"");
  EXPECT_EQ(differences[1].actual, "\"keyword\"");
  EXPECT_EQ(differences[2].path, "mappings.properties.num_filesize");
  EXPECT_EQ(differences[3].path, "settings.number_of_shards");
}

TEST(CheckDefinition, TheOrderOfTemplatesCounts) {
  Json actual = Json::parse(FileIndexDefinition());
  std::swap(actual["mappings"]["dynamic_templates"][0], actual["mappings"]["dynamic_templates"][1]);
  const auto differences = Check(actual);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].path, "mappings.dynamic_templates (order)");
}

TEST(CheckDefinition, AnIndexMadeByItsFirstDocumentLacksAlmostAll) {
  EXPECT_GT(Check(Json::parse(R"({"mappings": {"properties": {"str_key": {"type": "text"}}}, "settings": {}})")).size(),
            5u);
}

TEST(CheckDefinition, SaysWhichIsNoJson) {
  const auto result = CheckDefinition(FileIndexDefinition(), "nonsense");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the actual index definition is no JSON object");
}

}  // namespace
}  // namespace vams
