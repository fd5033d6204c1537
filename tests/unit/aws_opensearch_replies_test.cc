#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "backends/aws/search/opensearch_bulk.h"
#include "backends/aws/search/opensearch_client.h"
#include "backends/aws/search/opensearch_replies.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Call kCall{.service = Service::kOpenSearch, .operation = "POST _bulk"};

BulkOp Index(const std::string& id, const std::string& body, std::optional<std::uint64_t> version = {}) {
  return {BulkOp::Kind::kIndex, id, body, version};
}
BulkOp Delete(const std::string& id, std::optional<std::uint64_t> version = {}) {
  return {BulkOp::Kind::kDelete, id, "", version};
}

Result<BulkReply> Read(const std::vector<BulkOp>& ops, const std::string& body) {
  std::vector<const BulkOp*> sent;
  for (const BulkOp& op : ops) sent.push_back(&op);
  return ReadBulk({.status = 200, .body = body}, kCall, sent);
}

TEST(OpenSearchEndpoint, TakesItWithAndWithoutAScheme) {
  EXPECT_EQ(FormatUrl(*OpenSearchEndpoint("search-x.eu-west-1.es.amazonaws.com")),
            "https://search-x.eu-west-1.es.amazonaws.com/");
  EXPECT_EQ(FormatUrl(*OpenSearchEndpoint(" https://abc.us-east-1.aoss.amazonaws.com\n")),
            "https://abc.us-east-1.aoss.amazonaws.com/");
  EXPECT_EQ(FormatUrl(*OpenSearchEndpoint("http://127.0.0.1:9261/prefix/")), "http://127.0.0.1:9261/prefix/");
  for (const char* bad : {"", " ", "ftp://x", "https://", "https://user:pw@host", "https://host/?a=b"}) {
    const auto url = OpenSearchEndpoint(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().code, ErrorCode::kUsage);
    EXPECT_THAT(url.error().message, testing::Not(HasSubstr("pw")));
  }
}

TEST(CheckIndexName, LetsNoPatternThrough) {
  for (const char* good : {"vams-assets-v1", "a", "vams.files_2", ".hidden", "größe"})
    EXPECT_TRUE(CheckIndexName(good));
  for (const char* bad : {"",    "*",    "vams-*", "a,b", "_all", "-a",  "+a", ".",   "..",  "A",   "a b",
                          "a/b", "a\\b", "<a>",    "a|b", "a#b",  "a:b", "a?", "a\"", "a\n", "\xFF"}) {
    const Status status = CheckIndexName(bad);
    ASSERT_FALSE(status) << bad;
    EXPECT_EQ(status.error().code, ErrorCode::kUsage);
  }
  EXPECT_FALSE(CheckIndexName(std::string(256, 'a')));
}

TEST(PackBulk, WritesOneLineForTheActionAndOneForTheDocument) {
  const std::vector<BulkOp> ops{Index("a#\"b", "{\"x\":\n 1}", 7), Delete("d"), Delete("e", 9), Index("f", "{}")};
  const PackedBulk packed = PackBulk(ops, {});
  ASSERT_THAT(packed.bodies, SizeIs(1));
  EXPECT_EQ(packed.bodies[0].ndjson,
            "{\"index\":{\"_id\":\"a#\\\"b\",\"version\":7,\"version_type\":\"external\"}}\n"
            "{\"x\":  1}\n"
            "{\"delete\":{\"_id\":\"d\"}}\n"
            "{\"delete\":{\"_id\":\"e\",\"version\":9,\"version_type\":\"external\"}}\n"
            "{\"index\":{\"_id\":\"f\"}}\n{}\n");
  EXPECT_THAT(packed.bodies[0].places, ElementsAre(0, 1, 2, 3));
}

TEST(PackBulk, PartsByBytesAndByCount) {
  std::vector<BulkOp> ops;
  for (int i = 0; i < 10; ++i) ops.push_back(Index(std::string(1, static_cast<char>('a' + i)), "{}"));
  const std::size_t each = PackBulk({ops.data(), 1}, {}).bodies[0].ndjson.size();
  const PackedBulk by_bytes = PackBulk(ops, {.body = Bytes{3 * each + 1}});
  ASSERT_THAT(by_bytes.bodies, SizeIs(4));
  EXPECT_THAT(by_bytes.bodies[0].places, ElementsAre(0, 1, 2));
  EXPECT_THAT(by_bytes.bodies[3].places, ElementsAre(9));
  const PackedBulk by_count = PackBulk(ops, {.operations = 4});
  ASSERT_THAT(by_count.bodies, SizeIs(3));
  EXPECT_THAT(by_count.bodies[2].places, ElementsAre(8, 9));
}

TEST(PackBulk, LeavesOutWhatWouldBreakTheRequest) {
  EXPECT_TRUE(PackBulk(std::vector<BulkOp>{Index("z", std::string("{}\0\n{}", 6))}, {}).bodies.empty());
  const std::vector<BulkOp> ops{Index("a", "[1]"), Index("b", "{\"a\":"), Index("c", R"({"big":"0123456789012345"})"),
                                Index("d", "{}"), Delete("")};
  const PackedBulk packed = PackBulk(ops, {.body = Bytes{45}});
  ASSERT_THAT(packed.bodies, SizeIs(1));
  EXPECT_THAT(packed.bodies[0].places, ElementsAre(3));
  EXPECT_EQ(packed.refused[0]->code, ErrorCode::kInvalid);
  EXPECT_EQ(packed.refused[1]->code, ErrorCode::kInvalid);
  EXPECT_EQ(packed.refused[2]->code, ErrorCode::kTooLarge);
  EXPECT_FALSE(packed.refused[3]);
  EXPECT_EQ(packed.refused[4]->code, ErrorCode::kInvalid);
}

TEST(ReadBulk, TellsTheOutcomesInOrder) {
  const auto read = Read({Index("a", "{}"), Index("b", "{}"), Delete("c"), Delete("d"), Index("e", "{}", 3)},
                         R"({"took":1,"errors":true,"items":[
      {"index":{"_id":"a","result":"created","_seq_no":4,"status":201}},
      {"index":{"_id":"b","result":"updated","_seq_no":5,"status":200}},
      {"delete":{"_id":"c","result":"deleted","_seq_no":6,"status":200}},
      {"delete":{"_id":"d","result":"not_found","_seq_no":7,"status":404}},
      {"index":{"_id":"e","status":409,"error":{"type":"version_conflict_engine_exception","reason":"newer"}}}]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->first_in_shard);
  std::vector<BulkOutcome> outcomes;
  for (const auto& outcome : read->outcomes) outcomes.push_back(*outcome);
  EXPECT_THAT(outcomes, ElementsAre(BulkOutcome::kCreated, BulkOutcome::kUpdated, BulkOutcome::kDeleted,
                                    BulkOutcome::kAbsent, BulkOutcome::kVersionConflict));
}

TEST(ReadBulk, ToldApartWhatMayPassAndWhatNeverWill) {
  const auto read = Read({Index("a", "{}"), Index("b", R"({"MD_date_x":"x"})"), Index("c", "{}"), Index("d", "{}")},
                         R"({"errors":true,"items":[
      {"index":{"_id":"a","status":429,"error":{"type":"rejected_execution_exception","reason":"queue is full"}}},
      {"index":{"_id":"b","status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse field [MD_date_x] of type [date] in document with id 'b'. Preview of field's value: 'x'","caused_by":{"type":"illegal_argument_exception","reason":"failed to parse date field [x] with format [yyyy]"}}}},
      {"index":{"_id":"c","status":500,"error":{"type":"never_heard_of_exception","reason":"boom"}}},
      {"index":{"_id":"d","result":"created","_seq_no":0,"status":201}}]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->first_in_shard);
  EXPECT_EQ(read->outcomes[0].error().code, ErrorCode::kThrottled);
  EXPECT_TRUE(read->outcomes[0].error().retryable);
  const Error& refused = read->outcomes[1].error();
  EXPECT_EQ(refused.code, ErrorCode::kInvalid);
  EXPECT_FALSE(refused.retryable);
  EXPECT_EQ(refused.field, "MD_date_x");
  EXPECT_THAT(refused.message, HasSubstr("with format [yyyy]"));
  EXPECT_TRUE(read->outcomes[2].error().retryable);
  EXPECT_EQ(read->outcomes[2].error().field, "");
}

TEST(ReadBulk, AnItemWithoutIndexIsNoIndexForAll) {
  const auto read = Read({Index("a", "{}")}, R"({"errors":true,"items":[{"index":{"_id":"a","status":404,
      "error":{"type":"index_not_found_exception","reason":"no such index [x]"}}}]})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
}

TEST(ReadBulk, AReplyThatLeavesAnythingOpenIsBad) {
  const std::vector<BulkOp> ops{Index("a", "{}")};
  for (const char* body :
       {"", "{}", "[]", R"({"items":[]})", R"({"items":[{"index":{"_id":"b","result":"created","status":201}}]})",
        R"({"items":[{"delete":{"_id":"a","result":"deleted","status":200}}]})", R"({"items":[{"index":{"_id":"a"}}]})",
        R"({"items":[{"index":{"_id":"a","result":"noop","status":200}}]})", R"({"items":[1]})",
        R"({"items":[{"index":{"_id":"a","result":"created"}},{"index":{"_id":"a","result":"created"}}]})"}) {
    const auto read = Read(ops, body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kBadReply) << body;
  }
}

TEST(BlamedField, ReadsWhatVersion219Says) {
  struct Case {
    const char* reason;
    const char* path;
  };
  for (const auto& [reason, path] : std::array{
           Case{"failed to parse field [MD_str_a] of type [date] in document with id 'x'. Preview of field's value: "
                "'hello'",
                "MD_str_a"},
           Case{"failed to parse field [MD_gs_x] of type [geo_shape]", "MD_gs_x"},
           Case{"object mapping for [o] tried to parse field [o] as object, but found a concrete value", "o"},
           Case{"can't merge a non object mapping [mix] with an object mapping", "mix"},
           Case{"mapper [MD_str_d] cannot be changed from type [date] to [text]", "MD_str_d"},
           Case{"mapping set to strict, dynamic introduction of [new] within [_doc] is not allowed", "new"},
           Case{"Document contains at least one immense term in field=\"MD_str_big.keyword\" (whose UTF8 encoding is "
                "longer than the max length 32766), all of which were skipped.",
                "MD_str_big.keyword"},
           Case{"Limit of total fields [1000] has been exceeded", ""},
           Case{"failed to parse", ""},
           Case{"failed to parse date field [x] with format [failed to parse field [y]]", ""},
           Case{"failed to parse field [cut", ""},
           Case{"", ""},
       }) {
    EXPECT_EQ(BlamedField(reason), path) << reason;
  }
}

TEST(TopLevelField, IsTheMemberThatHoldsThePath) {
  constexpr std::string_view kBody = R"({"a":{"b":1},"a.b":2,"str":"x"})";
  EXPECT_EQ(TopLevelField(kBody, "a"), "a");
  EXPECT_EQ(TopLevelField(kBody, "a.b"), "a.b");
  EXPECT_EQ(TopLevelField(kBody, "a.b.c"), "a.b");
  EXPECT_EQ(TopLevelField(kBody, "a.c"), "a");
  EXPECT_EQ(TopLevelField(kBody, "str.keyword"), "str");
  EXPECT_EQ(TopLevelField(kBody, "string"), "");
  EXPECT_EQ(TopLevelField(kBody, ""), "");
  EXPECT_EQ(TopLevelField("no JSON", "a"), "");
}

TEST(ReadHits, GivesDocumentsAsTheyWereSent) {
  const auto read = ReadHits({.status = 200, .body = R"({"pit_id":"p","took":1,"timed_out":false,
      "_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"hits":{"total":{"value":7,"relation":"eq"},
      "max_score":null,"hits":[{"_index":"i","_id":"a","_score":null,"_source":{ "n":1.50 },"sort":[3]},
      {"_index":"i","_id":"b","_source":{},"sort":[4]}]}})"},
                             kCall, true);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->pit_id, "p");
  EXPECT_EQ(read->total, 7u);
  ASSERT_THAT(read->hits, SizeIs(2));
  EXPECT_EQ(read->hits[0].id, "a");
  EXPECT_EQ(read->hits[0].body, R"({ "n":1.50 })");
  EXPECT_EQ(read->last_sort, "[4]");
}

TEST(ReadHits, LessThanTheWholeIndexIsAnError) {
  for (const char* body : {R"({"timed_out":true,"_shards":{"failed":0},"hits":{"hits":[]}})",
                           R"({"timed_out":false,"_shards":{"failed":1},"hits":{"hits":[]}})"}) {
    const auto read = ReadHits({.status = 200, .body = body}, kCall, true);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(read.error().retryable);
  }
  for (const char* body : {"", "{}", R"({"hits":{}})", R"({"hits":{"hits":[{"_id":"a"}]}})",
                           R"({"hits":{"hits":[{"_source":{}}]}})", R"({"hits":{"hits":[{"_id":"a","_source":1}]}})"}) {
    const auto read = ReadHits({.status = 200, .body = body}, kCall, true);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kBadReply) << body;
  }
}

TEST(ReadDocuments, AnswersEachIdOrNone) {
  const auto read = ReadDocuments({.status = 200, .body = R"({"docs":[{"_id":"a","found":true,"_source":{"x": 1}},
      {"_id":"b","found":false}]})"},
                                  kCall, 2);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->at(0), R"({"x": 1})");
  EXPECT_EQ(read->at(1), std::nullopt);
  for (const char* body : {"{}", R"({"docs":[]})", R"({"docs":[{"found":true},{"found":false}]})", "["}) {
    const auto bad = ReadDocuments({.status = 200, .body = body}, kCall, 2);
    ASSERT_FALSE(bad) << body;
    EXPECT_EQ(bad.error().code, ErrorCode::kBadReply);
  }
  const auto gone = ReadDocuments({.status = 200, .body = R"({"docs":[{"_id":"a","error":{"type":
      "index_not_found_exception","reason":"no such index [x]"}},{"_id":"b","found":false}]})"},
                                  kCall, 2);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vams::aws
