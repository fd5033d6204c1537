#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/aws/search/aws_search_index.h"
#include "backends/aws/search/field_replay.h"
#include "backends/aws/search/long_terms.h"
#include "testing/scripted_transport.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Json = nlohmann::ordered_json;

std::string Refusal(const std::string& field) {
  return R"({"error":{"type":"exception","reason":"failed to execute term vector request","caused_by":{"type":
      "mapper_parsing_exception","reason":"failed to parse field [)" +
         field + R"(] of type [date] in document"}}})";
}

class FieldReplayTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedTransport> wire_ = std::make_shared<ScriptedTransport>();
  std::shared_ptr<const OpenSearchClient> client_ = std::make_shared<OpenSearchClient>(
      wire_, OpenSearchKind::kProvisioned, *OpenSearchEndpoint("https://host"), "eu-west-1");
  std::unique_ptr<AwsSearchIndex> index_ = *AwsSearchIndex::Make(client_, "files");
};

TEST_F(FieldReplayTest, TakesFieldsAwayUntilTheDocumentIsTaken) {
  wire_->Then(200, R"({"docs":[{"found":true},)" + Refusal("a") + "]}");
  wire_->Then(200, R"({"docs":[)" + Refusal("b") + "]}");
  wire_->Then(200, R"({"docs":[{"found":true}]})");
  const std::vector<std::string> bodies{"{}", R"({"a":"x","b":"y","c":1})"};
  const auto refused = index_->RefusedFields(bodies);
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_THAT(refused->at(0), IsEmpty());
  ASSERT_THAT(refused->at(1), SizeIs(2));
  EXPECT_EQ(refused->at(1)[0].name, "a");
  EXPECT_THAT(refused->at(1)[0].reason, HasSubstr("failed to parse field [a]"));
  EXPECT_EQ(refused->at(1)[1].name, "b");
  const auto last = wire_->requests().back();
  EXPECT_EQ(last.url.path, "/files/_mtermvectors");
  EXPECT_EQ(last.body.view(), R"({"docs":[{"doc":{"c":1},"fields":[]}]})");
}

TEST_F(FieldReplayTest, ADocumentWithoutACulpritIsAskedOnce) {
  wire_->Then(200, R"({"docs":[{"error":{"type":"mapper_parsing_exception","reason":"failed to parse"}}]})");
  const std::vector<std::string> bodies{R"({"a":1})"};
  const auto refused = index_->RefusedFields(bodies);
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->at(0), ElementsAre(RefusedField{"", "mapper_parsing_exception: failed to parse"}));
  EXPECT_THAT(wire_->requests(), SizeIs(1));
}

TEST_F(FieldReplayTest, WhatMayNotBeAskedCannotBeTold) {
  const std::vector<std::string> bodies{"{}"};
  wire_->Then(403, R"({"Message":"User: x is not authorized to perform: es:ESHttpPost"})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kUnknown);
  wire_->Then(400, R"({"error":"no handler found for uri [/files/_mtermvectors] and method [POST]"})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kUnknown);
  wire_->Then(403, R"({"message":"Request throttled"})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kThrottled);
  wire_->Then(404, R"({"error":{"type":"index_not_found_exception","reason":"no such index [files]"},"status":404})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kNotFound);
  wire_->Then(200, R"({"docs":[{"error":{"type":"circuit_breaking_exception","reason":"too much"}}]})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kThrottled) << "not a matter of the document";
  wire_->Then(200, R"({"docs":[]})");
  EXPECT_EQ(index_->RefusedFields(bodies).error().code, ErrorCode::kBadReply);
  const auto collection =
      std::make_shared<OpenSearchClient>(wire_, OpenSearchKind::kServerless, *OpenSearchEndpoint("host"), "eu-west-1");
  EXPECT_EQ((*AwsSearchIndex::Make(collection, "files"))->RefusedFields(bodies).error().code, ErrorCode::kUnknown);
}

TEST_F(FieldReplayTest, FindsTextsThatAreTooLongAsOneWord) {
  const std::string long_text(kLongestTerm + 1, 'x');
  wire_->Then(200, R"({"files":{"mappings":{"properties":{"a":{"type":"keyword"}}}}})");
  wire_->Then(200, R"({"docs":[{"found":true}]})");
  const std::vector<std::string> bodies{R"({"a":")" + long_text + R"("})"};
  const auto refused = index_->RefusedFields(bodies);
  ASSERT_TRUE(refused) << refused.error().message;
  ASSERT_THAT(refused->at(0), SizeIs(1));
  EXPECT_EQ(refused->at(0)[0].name, "a");
  EXPECT_THAT(std::string(wire_->requests().back().body.view()), HasSubstr(R"("doc":{})"))
      << "the parser would stumble over it";
}

TEST(TooLongTerms, FollowsMappingAndTemplates) {
  const std::string over(kLongestTerm + 1, 'x');
  const std::string fits(kLongestTerm, 'x');
  const Json mappings = Json::parse(R"({"properties":{
      "word":{"type":"keyword"},"bounded":{"type":"keyword","ignore_above":100},"text":{"type":"text"},
      "both":{"type":"text","fields":{"keyword":{"type":"keyword"}}}},
      "dynamic_templates":[{"numbers":{"match_mapping_type":"long","match":"MD_*","mapping":{"type":"keyword"}}},
      {"strings":{"match_mapping_type":"string","match":"MD_str_*","mapping":{"type":"text","fields":{"k":{"type":"keyword"}}}}},
      {"lists":{"match":"MD_list_*","mapping":{"type":"keyword"}}}]})");
  const Json document{{"word", over},     {"bounded", over},  {"text", over},
                      {"both", over},     {"MD_str_a", over}, {"MD_list_a", {"x", over}},
                      {"MD_other", over}, {"n", 5},           {"MD_str_fits", fits}};
  std::vector<std::string> names;
  for (const RefusedField& field : TooLongTerms(mappings, document)) names.push_back(field.name);
  EXPECT_THAT(names, ElementsAre("word", "both", "MD_str_a", "MD_list_a"));
  EXPECT_THAT(TooLongTerms(Json(), document), IsEmpty());
  EXPECT_THAT(TooLongTerms(mappings, Json::array()), IsEmpty());
}

}  // namespace
}  // namespace vams::aws
