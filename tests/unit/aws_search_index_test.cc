#include "backends/aws/search/aws_search_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/scripted_transport.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kSettings = R"({"files":{"settings":{"index.number_of_shards":"2","index.uuid":"first"}}})";
constexpr const char* kOtherSettings = R"({"files":{"settings":{"index.number_of_shards":"2","index.uuid":"second"}}})";
constexpr const char* kNoIndex =
    R"({"error":{"type":"index_not_found_exception","reason":"no such index [files]"},"status":404})";

class AwsSearchIndexTest : public testing::Test {
 protected:
  AwsSearchIndexTest() { Use(OpenSearchKind::kProvisioned); }

  void Use(OpenSearchKind kind, BulkLimits limits = {}) {
    auto client =
        std::make_shared<OpenSearchClient>(wire_, kind, *OpenSearchEndpoint("https://host/base"), "eu-west-1");
    index_ = *AwsSearchIndex::Make(std::move(client), "files", limits);
  }
  std::vector<std::string> Sent() const {
    std::vector<std::string> lines;
    for (const HttpRequest& r : wire_->requests()) {
      lines.push_back(fmt::format("{} {}", MethodName(r.method), RequestTarget(r.url)));
    }
    return lines;
  }
  static std::string Hits(const std::string& pit, int from, int count) {
    std::string hits;
    for (int i = from; i < from + count; ++i) {
      hits += fmt::format(R"({}{{"_id":"{}","_source":{{"n":{}}},"sort":[{}]}})", i == from ? "" : ",", i, i, i);
    }
    return fmt::format(R"({{"pit_id":"{}","timed_out":false,"_shards":{{"failed":0}},"hits":{{"hits":[{}]}}}})", pit,
                       hits);
  }

  std::shared_ptr<ScriptedTransport> wire_ = std::make_shared<ScriptedTransport>();
  std::unique_ptr<AwsSearchIndex> index_;
};

const BulkOp kOne{BulkOp::Kind::kIndex, "a", "{}", 5};

TEST_F(AwsSearchIndexTest, TakesNoPatternForAName) {
  const auto client =
      std::make_shared<OpenSearchClient>(wire_, OpenSearchKind::kProvisioned, *OpenSearchEndpoint("host"), "eu-west-1");
  EXPECT_FALSE(AwsSearchIndex::Make(client, "*"));
  EXPECT_FALSE(AwsSearchIndex::Make(client, "_all"));
}

TEST_F(AwsSearchIndexTest, WritesNothingWhereThereIsNoIndex) {
  wire_->Then(404, kNoIndex);
  const auto outcomes = index_->Bulk({&kOne, 1});
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(Sent(), ElementsAre("GET /base/files/_settings/index.uuid,index.number_of_shards?flat_settings=true"));
}

TEST_F(AwsSearchIndexTest, SignsAndCompressesBulksOfADomain) {
  wire_->Then(200, kSettings);
  wire_->Then(200, R"({"errors":false,"items":[{"index":{"_id":"a","result":"created","_seq_no":9,"status":201}}]})");
  ASSERT_TRUE(index_->Bulk({&kOne, 1}));
  const HttpRequest bulk = wire_->requests().at(1);
  EXPECT_EQ(bulk.url.path, "/base/files/_bulk");
  EXPECT_EQ(bulk.headers.Get("content-type"), "application/x-ndjson");
  EXPECT_EQ(bulk.sign, (SigningScope{"eu-west-1", "es"}));
  EXPECT_TRUE(bulk.gzip_body);
  EXPECT_EQ(bulk.idempotency, Idempotency::kYes);
}

TEST_F(AwsSearchIndexTest, TellsWhenTheServiceMadeAnIndexOfItsOwn) {
  constexpr const char* kFirst =
      R"({"errors":false,"items":[{"index":{"_id":"a","result":"created","_seq_no":0,"status":201}}]})";
  wire_->Then(200, kSettings).Then(200, kFirst).Then(200, kOtherSettings);
  const auto outcomes = index_->Bulk({&kOne, 1});
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(outcomes.error().message, HasSubstr("is another one now"));
  // The first write of an index that is the same as before is nothing special.
  wire_->Then(200, kSettings).Then(200, kFirst).Then(200, kSettings);
  EXPECT_TRUE(index_->Bulk({&kOne, 1}));
}

TEST_F(AwsSearchIndexTest, SendsAsManyRequestsAsTheLimitsAskForAndKeepsTheOrder) {
  Use(OpenSearchKind::kProvisioned, {.operations = 2});
  wire_->Otherwise([](const HttpRequest& request) -> HttpReply {
    if (request.method == Method::kGet) return {.status = 200, .body = kSettings};
    nlohmann::json items = nlohmann::json::array();
    std::string_view body = request.body.view();
    while (!body.empty()) {
      const auto action = nlohmann::json::parse(body.substr(0, body.find('\n')));
      body.remove_prefix(body.find('\n') + 1);
      body.remove_prefix(body.find('\n') + 1);
      const std::string id = action["index"]["_id"];
      items.push_back({{"index", {{"_id", id}, {"status", 200}, {"result", id == "c" ? "updated" : "created"}}}});
    }
    return {.status = 200, .body = nlohmann::json{{"items", items}}.dump()};
  });
  std::vector<BulkOp> ops;
  for (const char* id : {"a", "", "b", "c", "d", "e"}) ops.push_back({BulkOp::Kind::kIndex, id, "{}", {}});
  const auto outcomes = index_->Bulk(ops);
  ASSERT_TRUE(outcomes);
  ASSERT_THAT(*outcomes, SizeIs(6));
  EXPECT_EQ(outcomes->at(0), BulkOutcome::kCreated);
  EXPECT_FALSE(outcomes->at(1));
  EXPECT_EQ(outcomes->at(3), BulkOutcome::kUpdated);
  EXPECT_EQ(outcomes->at(5), BulkOutcome::kCreated);
  EXPECT_THAT(Sent(), SizeIs(6)) << "three bulks, each behind a look";
}

TEST_F(AwsSearchIndexTest, ARefusedRequestIsAnErrorOfAll) {
  wire_->Then(200, kSettings);
  wire_->Then(403, R"({"message":"Request throttled"})");
  const auto outcomes = index_->Bulk({&kOne, 1});
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::kThrottled);
  EXPECT_TRUE(outcomes.error().retryable);
}

TEST_F(AwsSearchIndexTest, ScansShardAfterShardAndClosesItsViews) {
  wire_->Then(200, kSettings);
  wire_->Then(200, R"({"pit_id":"p0"})").Then(200, Hits("p0b", 0, 2)).Then(200, Hits("p0c", 2, 1)).Then(200, "{}");
  wire_->Then(200, R"({"pit_id":"p1"})").Then(200, Hits("p1", 0, 0)).Then(200, "{}");
  std::vector<std::string> ids;
  std::optional<Cursor> from;
  int pages = 0;
  do {
    const auto page = index_->Scan(from, ItemCount{2}, ScanContent::kDocuments);
    ASSERT_TRUE(page) << page.error().message;
    for (const IndexHit& hit : page->hits) ids.push_back(hit.id + hit.body);
    from = page->next;
    ++pages;
  } while (from);
  EXPECT_THAT(ids, ElementsAre(R"(0{"n":0})", R"(1{"n":1})", R"(2{"n":2})"));
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(Sent(), ElementsAre(HasSubstr("_settings"),
                                  "POST /base/files/_search/point_in_time?keep_alive=10m&preference=_shards%3A0",
                                  HasSubstr("POST /base/_search?"), HasSubstr("POST /base/_search?"),
                                  "DELETE /base/_search/point_in_time",
                                  "POST /base/files/_search/point_in_time?keep_alive=10m&preference=_shards%3A1",
                                  HasSubstr("POST /base/_search?"), "DELETE /base/_search/point_in_time"));
  const auto second = nlohmann::json::parse(wire_->requests().at(3).body.view());
  EXPECT_EQ(second["pit"]["id"], "p0b") << "the service may give another id with each page";
  EXPECT_EQ(second["search_after"], nlohmann::json::parse("[1]"));
  EXPECT_EQ(second["sort"], nlohmann::json::parse(R"([{"_doc":"asc"}])"));
}

TEST_F(AwsSearchIndexTest, AnExpiredScanIsToBeBegunAgain) {
  wire_->Then(200, kSettings).Then(200, R"({"pit_id":"p0"})").Then(200, Hits("p0", 0, 1));
  const auto good = index_->Scan(std::nullopt, ItemCount{1}, ScanContent::kDocuments);
  ASSERT_TRUE(good);
  wire_->Then(404, R"({"error":{"root_cause":[{"type":"search_context_missing_exception","reason":"No search context
      found for id [25]"}],"type":"search_phase_execution_exception","reason":"all shards failed"},"status":404})");
  const auto expired = index_->Scan(good->next, ItemCount{1}, ScanContent::kDocuments);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, ErrorCode::kPrecondition);
  EXPECT_FALSE(expired.error().retryable);
}

TEST_F(AwsSearchIndexTest, AsksForFewerWhereTheReplyWouldBeTooLarge) {
  wire_->Then(200, kSettings).Then(200, R"({"pit_id":"p0"})");
  wire_->Fail(TransportError::Kind::kTooLarge).Then(200, Hits("p0", 0, 2));
  const auto page = index_->Scan(std::nullopt, ItemCount{4}, ScanContent::kDocuments);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->hits, SizeIs(2));
  EXPECT_TRUE(page->next) << "two of two is not the end";
  wire_->Then(200, Hits("p0", 2, 1)).Then(200, "{}");
  ASSERT_TRUE(index_->Scan(page->next, ItemCount{4}, ScanContent::kDocuments));
  EXPECT_EQ(nlohmann::json::parse(wire_->requests().at(4).body.view())["size"], 2) << "it stays with what fits";
  wire_->Fail(TransportError::Kind::kTooLarge);
  wire_->Then(200, R"({"docs":[{"_id":"a","found":true,"_source":{}}]})");
  wire_->Then(200, R"({"docs":[{"_id":"b","found":false}]})");
  const std::vector<std::string> ids{"a", "b"};
  const auto bodies = index_->GetMany(ids);
  ASSERT_TRUE(bodies) << bodies.error().message;
  EXPECT_THAT(*bodies, ElementsAre("{}", std::nullopt));
}

TEST_F(AwsSearchIndexTest, RefusesForeignCursors) {
  for (const char* token : {"", "{}", "n12", R"({"index":"*","shards":1,"shard":0,"pit":"","after":"","most":0})",
                            R"({"index":"files","shards":1,"shard":2,"pit":"","after":"","most":0})",
                            R"({"index":"files","shards":1,"shard":0,"pit":"","after":"x","most":0})",
                            R"({"index":"files","shards":-1,"shard":0,"pit":"","after":"","most":0})"}) {
    const auto page = index_->Scan(Cursor{token}, ItemCount{1}, ScanContent::kIds);
    ASSERT_FALSE(page) << token;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid) << token;
  }
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(AwsSearchIndexTest, DescribesAnIndexAndItsSizeWhereItMay) {
  constexpr const char* kIndex = R"({"files":{"aliases":{},"mappings":{"properties":{"a":{"type":"long"}}},
      "settings":{"index":{"number_of_shards":"2"}}}})";
  constexpr const char* kCount = R"({"count":3,"_shards":{"total":2,"failed":0}})";
  wire_->Then(200, kIndex).Then(200, kCount).Then(200, R"({"_all":{"primaries":{"store":{"size_in_bytes":77}}}})");
  const auto info = index_->Describe();
  ASSERT_TRUE(info && *info);
  EXPECT_EQ((*info)->documents, 3u);
  EXPECT_EQ((*info)->size_bytes, 77u);
  EXPECT_THAT((*info)->definition, HasSubstr(R"("a":{"type":"long"})"));
  wire_->Then(200, kIndex).Then(200, kCount).Then(403, R"({"Message":"User is not authorized"})");
  EXPECT_EQ(index_->Describe()->value().size_bytes, 0u);
  wire_->Then(200, kIndex).Then(404, kNoIndex);
  EXPECT_EQ(*index_->Describe(), std::nullopt) << "dropped between the two looks";
  wire_->Then(200, R"({"a":{},"b":{}})");
  EXPECT_EQ(index_->Describe().error().code, ErrorCode::kPrecondition);
  wire_->Then(200, kIndex).Then(200, R"({"count":3,"_shards":{"total":2,"failed":1}})");
  EXPECT_EQ(index_->Describe().error().code, ErrorCode::kUnavailable) << "a count of some shards is none";
}

TEST_F(AwsSearchIndexTest, CreatesACopyOfWhatDescribeGave) {
  wire_->Then(200, R"({"acknowledged":true,"shards_acknowledged":true,"index":"files"})");
  ASSERT_TRUE(index_->Create(R"({"mappings":{},"settings":{"index":{"uuid":"u","creation_date":"1","version":
      {"created":"2"},"provided_name":"x","number_of_replicas":"1"}}})"));
  const HttpRequest request = wire_->requests().back();
  EXPECT_EQ(request.body.view(), R"({"mappings":{},"settings":{"index":{"number_of_replicas":"1"}}})");
  EXPECT_EQ(request.idempotency, Idempotency::kNo);
  wire_->Then(400, R"({"error":{"type":"resource_already_exists_exception","reason":"exists"},"status":400})");
  EXPECT_EQ(index_->Create("{}").error().code, ErrorCode::kPrecondition);
  wire_->Then(200, R"({"acknowledged":false})");
  EXPECT_EQ(index_->Create("{}").error().code, ErrorCode::kTimeout);
}

TEST_F(AwsSearchIndexTest, ClearsInRoundsUntilNothingIsLeft) {
  wire_->Then(200, "{}");
  wire_->Then(200, R"({"total":10000,"deleted":10000,"failures":[]})");
  wire_->Then(200, R"({"total":2,"deleted":1,"version_conflicts":1,"failures":[]})");
  wire_->Then(200, R"({"total":0,"deleted":0,"failures":[]})");
  EXPECT_TRUE(index_->Clear());
  EXPECT_THAT(Sent(), SizeIs(4));
  wire_->Then(200, "{}").Then(200, R"({"total":1,"deleted":0,"failures":[{"cause":"x"}]})");
  EXPECT_EQ(index_->Clear().error().code, ErrorCode::kUnavailable);
  wire_->Otherwise([](const HttpRequest&) -> HttpReply {
    return {.status = 200, .body = R"({"total":1,"deleted":0,"version_conflicts":1,"failures":[]})"};
  });
  EXPECT_EQ(index_->Clear().error().code, ErrorCode::kConflict) << "it ends";
}

TEST_F(AwsSearchIndexTest, DropIsDoneWhereThereIsNothing) {
  wire_->Then(404, kNoIndex);
  EXPECT_TRUE(index_->Drop());
  wire_->Then(403, R"({"Message":"User: x is not authorized to perform: es:ESHttpDelete"})");
  EXPECT_EQ(index_->Drop().error().code, ErrorCode::kAccessDenied);
}

TEST_F(AwsSearchIndexTest, ACollectionIsAskedOnlyForWhatItHas) {
  Use(OpenSearchKind::kServerless);
  wire_->Then(200);
  EXPECT_TRUE(index_->Refresh());
  wire_->Then(404);
  EXPECT_EQ(index_->Refresh().error().code, ErrorCode::kNotFound);
  wire_->Then(200).Then(200, R"({"pit_id":"p"})").Then(200, Hits("p", 0, 0)).Then(200, "{}");
  ASSERT_TRUE(index_->Scan(std::nullopt, ItemCount{5}, ScanContent::kDocuments));
  EXPECT_THAT(Sent(), ElementsAre("HEAD /base/files", "HEAD /base/files", "HEAD /base/files",
                                  "POST /base/files/_search/point_in_time?keep_alive=10m",
                                  HasSubstr("POST /base/_search?"), "DELETE /base/_search/point_in_time"));
  const HttpRequest search = wire_->requests().at(4);
  EXPECT_EQ(search.sign->service, "aoss");
  EXPECT_FALSE(search.gzip_body);
  EXPECT_THAT(std::string(search.body.view()), HasSubstr(R"("sort":[{"_id":"asc"}])"));
}

}  // namespace
}  // namespace vams::aws
