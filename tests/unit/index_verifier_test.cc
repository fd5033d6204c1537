#include "run/verification/index_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/aws/search/aws_search_index.h"
#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/scripted_transport.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::string_view kDefinition =
    R"({"mappings":{"properties":{"MD_date_x":{"type":"refused"},"MD_gs_y":{"type":"refused"}}}})";

class IndexVerifierTest : public testing::Test {
 protected:
  IndexVerifierTest() {
    EXPECT_TRUE(index_->Drop());
    EXPECT_TRUE(index_->Create(kDefinition));
  }

  void Expect(const std::string& id, const std::string& body) {
    expected_.push_back({id, {.kind = Decision::Kind::kIndex, .document = {.id = id, .body = body}}});
  }
  void Put(const std::string& id, const std::string& body) {
    const BulkOp op{BulkOp::Kind::kIndex, id, body, {}};
    EXPECT_TRUE(index_->Bulk({&op, 1})->front());
  }
  IndexReport Verify(RepairPlan* repair = nullptr) {
    const RunContext run{options_, deployment_, clock_, log_, progress_, stop_, findings_};
    const VerificationInput input{.scratch = directory_.path(), .repair = repair};
    IndexVerifier verifier(run, input,
                           {.kind = IndexKind::kFiles,
                            .index = *index_,
                            .source = [&](const auto& take) { return take(expected_); },
                            .remake =
                                [&](const std::vector<std::string>& locators) {
                                  auto made = Remade(locators);
                                  if (after_look_) after_look_(++looks_);
                                  return made;
                                },
                            .locate = [](const std::vector<std::string>& ids) { return ids; },
                            .why_unexpected = [](const std::string&) { return std::string("no source"); },
                            .judge_unexpected = [] { return true; }});
    auto report = verifier.Run();
    EXPECT_TRUE(report) << report.error().message;
    return report.value_or(IndexReport{});
  }
  // "id: kind, cause"
  std::vector<std::string> Found() const {
    std::vector<std::string> lines;
    for (const Finding& f : findings_.kept()) {
      lines.push_back(fmt::format("{}: {}, {}", f.id, FindingKindName(f.kind), f.cause));
    }
    return lines;
  }

  FakeClock clock_;
  NoLog log_;
  NoProgress progress_;
  StopFlag stop_;
  Options options_;
  Deployment deployment_;
  FindingSink findings_{{}};
  TempDir directory_;
  std::unique_ptr<SearchIndex> index_ = MakeMemorySearchIndex("files");
  std::vector<ExpectedDocument> expected_;
  std::vector<ExpectedDocument> late_;        // that are not there yet when the source is read
  std::function<void(int look)> after_look_;  // what another writer does once the source has been looked at again
  int looks_ = 0;

 private:
  Result<std::vector<Decision>> Remade(const std::vector<std::string>& locators) const {
    std::vector<Decision> decisions;
    for (const std::string& locator : locators) {
      Decision decision{.rule = "object-absent"};
      for (const auto* documents : {&expected_, &late_}) {
        const auto at = std::ranges::find(*documents, locator, &ExpectedDocument::locator);
        if (at != documents->end()) decision = at->decision;
      }
      decisions.push_back(std::move(decision));
    }
    return decisions;
  }
};

TEST_F(IndexVerifierTest, TellsWhatTheMappingRefusesFromWhatNeverCame) {
  Expect("partial", R"({"MD_date_x":"bad","str_key":"/a"})");
  Put("partial", R"({"str_key":"/a"})");
  Expect("absent", R"({"MD_date_x":"bad","MD_gs_y":"{}","str_key":"/b"})");
  Expect("lost", R"({"str_key":"/c"})");
  Expect("older", R"({"MD_date_x":"bad","str_key":"/new"})");
  Put("older", R"({"str_key":"/old"})");
  Expect("cut", R"({"MD_date_x":"bad","list_tags":[],"str_key":"/e"})");
  Put("cut", R"({"str_key":"/e"})");
  Expect("right", R"({"str_key":"/f"})");
  Put("right", R"({"str_key":"/f"})");
  RepairPlan plan(directory_.path());
  const IndexReport report = Verify(&plan);
  EXPECT_EQ(report.right, 1u);
  EXPECT_EQ(report.missing, 2u);
  EXPECT_EQ(report.stale, 3u);
  EXPECT_THAT(Found(),
              UnorderedElementsAre("partial: stale, refused by the mapping: MD_date_x",
                                   "absent: missing, refused by the mapping: MD_date_x, MD_gs_y",
                                   "lost: missing, not in the index", "older: stale, fields MD_date_x, str_key differ",
                                   "cut: stale, fields MD_date_x, list_tags differ"));
  for (const Finding& finding : findings_.kept()) {
    if (finding.id != "partial") continue;
    EXPECT_THAT(finding.detail, HasSubstr("MD_date_x: not of this type"));
  }
  EXPECT_EQ(plan.objects.size(), 4u) << "all but the one that is as good as it can be";
}

TEST_F(IndexVerifierTest, WhatAnotherWriterChangesBetweenTheLooksIsNoFinding) {
  const auto remove = [&](const std::string& id) {
    const BulkOp op{BulkOp::Kind::kDelete, id, {}, {}};
    EXPECT_TRUE(index_->Bulk({&op, 1})->front());
    std::ranges::find(expected_, id, &ExpectedDocument::locator)->decision = {.rule = "asset-absent"};
  };
  const auto edit = [&](const std::string& id, const std::string& body) {
    Put(id, body);
    std::ranges::find(expected_, id, &ExpectedDocument::locator)->decision.document.body = body;
  };
  for (const char* id : {"deleted", "edited", "edited-twice", "lost"}) {
    Expect(id, R"({"str_key":"/new"})");
    if (id != std::string_view("lost")) Put(id, R"({"str_key":"/old"})");
  }
  after_look_ = [&](int look) {
    if (look == 1) remove("deleted");
    if (look == 1) edit("edited", R"({"str_key":"/newer"})");
    if (look <= 2) edit("edited-twice", fmt::format(R"({{"str_key":"/{}"}})", look));
  };
  const IndexReport report = Verify();
  EXPECT_THAT(Found(), ElementsAre("lost: missing, not in the index"));
  EXPECT_EQ(report.right, 2u);
  EXPECT_EQ(report.expected, 3u);
}

TEST_F(IndexVerifierTest, ADocumentWhoseSourceCameMeanwhileIsNotUnexpected) {
  Expect("right", R"({"str_key":"/a"})");
  Put("right", R"({"str_key":"/a"})");
  late_.push_back({"late", {.kind = Decision::Kind::kIndex, .document = {.id = "late", .body = "{}"}}});
  late_.push_back({"elsewhere", {.kind = Decision::Kind::kIndex, .document = {.id = "other", .body = "{}"}}});
  for (const char* id : {"late", "elsewhere", "orphan"}) Put(id, "{}");
  EXPECT_EQ(Verify().unexpected, 2u);
  EXPECT_THAT(Found(), UnorderedElementsAre("elsewhere: unexpected, no source", "orphan: unexpected, no source"));
}

TEST_F(IndexVerifierTest, ASourceThatNeverStandsStillIsLookedAtSoOftenAndNoMore) {
  Expect("a", R"({"n":0})");
  Put("a", R"({"n":-1})");
  after_look_ = [&](int look) { expected_.front().decision.document.body = fmt::format(R"({{"n":{}}})", look); };
  EXPECT_EQ(Verify().stale, 1u);
  EXPECT_EQ(looks_, 5);
}

TEST_F(IndexVerifierTest, AnIdThatNoIndexTakesIsNamedAndNotSentAgain) {
  const std::string longest(kMaxDocumentIdBytes, 'a');
  Expect(longest, R"({"str_key":"/a"})");
  Expect(longest + "b", R"({"str_key":"/b"})");
  RepairPlan repair(directory_.path());
  EXPECT_EQ(Verify(&repair).missing, 2u);
  EXPECT_THAT(Found(), ElementsAre(longest + ": missing, not in the index",
                                   longest + "b: missing, its id has more bytes than an index takes"));
  EXPECT_EQ(repair.objects.size(), 1u);
}

TEST_F(IndexVerifierTest, ExplainReplaysOnAScratchIndexAndRemovesIt) {
  constexpr const char* kSettings = R"({"files":{"settings":{"index.number_of_shards":"1","index.uuid":"u"}}})";
  constexpr const char* kRefusal =
      R"({"items":[{"index":{"_id":"0","status":400,"error":{"type":"illegal_argument_exception","reason":
          "Document contains at least one immense term in field=\"MD_str_x.keyword\" (whose"}}}]})";
  auto wire = std::make_shared<ScriptedTransport>();
  std::vector<std::string> sent;
  wire->Otherwise([&](const HttpRequest& request) -> HttpReply {
    const std::string line = fmt::format("{} {}", MethodName(request.method), request.url.path);
    sent.push_back(line);
    const bool scratch = line.find("explain") != std::string::npos;
    if (line.ends_with("_mtermvectors")) return {.status = 403, .body = R"({"Message":"not authorized"})"};
    if (line.ends_with("point_in_time")) return {.status = 200, .body = R"({"pit_id":"p"})"};
    if (line.ends_with("/_search")) return {.status = 200, .body = R"({"timed_out":false,"hits":{"hits":[]}})"};
    if (line.ends_with("_mget")) return {.status = 200, .body = R"({"docs":[{"_id":"big","found":false}]})"};
    if (line.ends_with("_count")) return {.status = 200, .body = R"({"count":0})"};
    if (line.find("_settings") != std::string::npos) return {.status = 200, .body = kSettings};
    if (line.ends_with("_bulk")) {
      const bool whole = request.body.view().find("MD_str_x") != std::string_view::npos;
      return {.status = 200,
              .body = whole ? kRefusal : R"({"items":[{"index":{"_id":"0","result":"created","status":201}}]})"};
    }
    if (scratch) return {.status = 200, .body = R"({"acknowledged":true})"};
    return {.status = 200, .body = R"({"files":{"mappings":{},"settings":{}}})"};
  });
  auto client = std::make_shared<aws::OpenSearchClient>(wire, aws::OpenSearchKind::kProvisioned,
                                                        *aws::OpenSearchEndpoint("https://host"), "eu-west-1");
  index_ = *aws::AwsSearchIndex::Make(client, "files");
  Expect("big", R"({"MD_str_x":"long","str_key":"/a"})");
  Verify();
  EXPECT_THAT(Found(), ElementsAre("big: missing, not in the index"));
  EXPECT_THAT(sent, testing::Not(Contains(HasSubstr("explain")))) << "a scratch index only where it is asked for";

  sent.clear();
  options_.explain = true;
  FindingSink& findings = findings_;
  Verify();
  EXPECT_EQ(findings.kept().back().cause, "refused by the mapping: MD_str_x");
  const std::string name = fmt::format("/files-explain-{}", clock_.Now().time_since_epoch().count());
  EXPECT_THAT(sent, Contains("PUT " + name));
  EXPECT_THAT(sent, Contains("POST " + name + "/_bulk").Times(2));
  EXPECT_EQ(sent.back(), "DELETE " + name);
  EXPECT_THAT(sent, testing::Not(Contains("POST /files/_bulk"))) << "the index itself is not written to";
}

}  // namespace
}  // namespace vams
