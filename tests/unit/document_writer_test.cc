#include "indexers/document_writer.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/refusing_ports.h"

namespace vams {
namespace {

PlannedOperation Index(const std::string& id, const std::string& body) {
  return {.verdict = IndexVerdict({.id = id, .body = body}, "indexed")};
}

TEST(DocumentWriter, VersionsGrowAlsoWhereTheClockStandsOrGoesBack) {
  FakeClock clock;
  const auto index = MakeMemorySearchIndex("i");
  DocumentWriter writer(*index, clock);
  const auto first = writer.TakeVersion();
  EXPECT_EQ(first, static_cast<std::uint64_t>(clock.Now().time_since_epoch().count()));
  EXPECT_EQ(writer.TakeVersion(), first + 1);
  clock.Advance(std::chrono::seconds(-5));
  EXPECT_EQ(writer.TakeVersion(), first + 2);
  clock.Advance(std::chrono::seconds(10));
  EXPECT_GT(writer.TakeVersion(), first + 1000000);
}

TEST(DocumentWriter, OfSeveralWritesOfOneDocumentTheLastCountsForAll) {
  FakeClock clock;
  const auto index = MakeMemorySearchIndex("i");
  DocumentWriter writer(*index, clock);
  std::vector<PlannedOperation> planned;
  planned.push_back({.verdict = DeleteVerdict("a", "removed", "deleted")});
  planned.push_back(Index("a", "{\"n\":1}"));
  planned.push_back({.verdict = SkipVerdict("rule", "why")});
  planned.push_back(Index("a", "{\"n\":2}"));
  const auto results = writer.Write(std::move(planned), writer.TakeVersion(), OnRefusal::kFail);
  ASSERT_TRUE(results);
  for (const OperationResult& result : *results) EXPECT_TRUE(result.success);
  EXPECT_EQ((*results)[0].operation, "delete");
  EXPECT_EQ((*results)[2].operation, "skip");
  const std::vector<std::string> ids{"a"};
  EXPECT_EQ(index->GetMany(ids)->front(), "{\"n\":2}");
}

TEST(DocumentWriter, NamesTheOperationByHowFarItCame) {
  FakeClock clock;
  const auto index = MakeMemorySearchIndex("i");
  DocumentWriter writer(*index, clock);
  std::vector<PlannedOperation> planned;
  planned.push_back({.verdict = InvalidVerdict("bad-key", "too long")});
  planned.push_back({.verdict = ErrorVerdict(FailureStage::kEvent, "r", "m"), .requested = "delete"});
  planned.push_back({.verdict = ErrorVerdict(FailureStage::kRequest, "r", "m"), .requested = "delete"});
  planned.push_back({.verdict = ErrorVerdict(FailureStage::kSend, "r", "m")});
  planned[2].verdict.decision.document.id = "id";
  planned[3].verdict.decision.document.id = "id";
  const auto results = writer.Write(std::move(planned), 1, OnRefusal::kFail);
  ASSERT_TRUE(results);
  EXPECT_EQ((*results)[0].operation, "validation_error");
  EXPECT_EQ((*results)[1].operation, "error");
  EXPECT_EQ((*results)[2].operation, "delete");
  EXPECT_EQ((*results)[2].document_id, "") << "it was never complete";
  EXPECT_EQ((*results)[3].operation, "index");
  EXPECT_EQ((*results)[3].document_id, "id");
}

}  // namespace
}  // namespace vams
