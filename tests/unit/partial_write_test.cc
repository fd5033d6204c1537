#include "indexers/partial_write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "indexers/document_writer.h"
#include "indexers/step_counts.h"
#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/refusing_ports.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kDefinition = R"({"mappings":{"properties":{
    "MD_date_x":{"type":"refused"},"MD_gs_y":{"type":"refused"},"str_key":{"type":"text"}}}})";

class PartialWriteTest : public testing::Test {
 protected:
  PartialWriteTest() {
    EXPECT_TRUE(index_->Drop());
    EXPECT_TRUE(index_->Create(kDefinition));
  }
  static BulkOp Index(const std::string& id, const std::string& body, std::optional<std::uint64_t> version = {}) {
    return {BulkOp::Kind::kIndex, id, body, version};
  }
  std::optional<std::string> Get(const std::string& id) { return index_->GetMany({&id, 1})->front(); }

  std::unique_ptr<SearchIndex> index_ = MakeMemorySearchIndex("files");
};

TEST_F(PartialWriteTest, IndexesADocumentWithoutWhatTheMappingRefuses) {
  const auto written = WriteWithoutRefusedFields(
      *index_,
      {Index("a", R"({"MD_date_x":"bad","MD_gs_y":"bad","str_key":"/a"})", 5), Index("b", R"({"str_key":"/b"})")});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->outcomes[0], BulkOutcome::kCreated);
  ASSERT_THAT(written->refused[0], SizeIs(2));
  EXPECT_EQ(RefusalCause(written->refused[0]), "refused by the mapping: MD_date_x, MD_gs_y");
  EXPECT_THAT(RefusalDetail(written->refused[0]), HasSubstr("not of this type"));
  EXPECT_THAT(written->refused[1], IsEmpty());
  EXPECT_EQ(Get("a"), R"({"str_key":"/a"})");
  const auto older = index_->Bulk(std::vector<BulkOp>{Index("a", "{}", 5)});
  EXPECT_EQ(older->front(), BulkOutcome::kVersionConflict) << "it bears the version of the whole document";
}

TEST_F(PartialWriteTest, ANewerDocumentStaysAndNothingIsSaidOfOurs) {
  ASSERT_TRUE(index_->Bulk(std::vector<BulkOp>{Index("a", R"({"str_key":"new"})", 9)}));
  const auto written = WriteWithoutRefusedFields(*index_, {Index("a", R"({"MD_date_x":"bad"})", 5)});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->outcomes[0], BulkOutcome::kVersionConflict);
  EXPECT_THAT(written->refused[0], IsEmpty());
  EXPECT_EQ(Get("a"), R"({"str_key":"new"})");
}

TEST_F(PartialWriteTest, WhereNoFieldIsNamedThoseThatAreNewGo) {
  RefusingIndex limited(*index_);
  limited.refuse = [](const BulkOp& op) -> std::optional<Error> {
    if (op.body.find("MD_new") == std::string::npos) return std::nullopt;
    return MakeError(ErrorCode::kInvalid, "Limit of total fields [1000] has been exceeded");
  };
  const auto written =
      WriteWithoutRefusedFields(limited, {Index("a", R"({"MD_new_1":"v","MD_new_2":"v","str_key":"/a"})")});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->outcomes[0], BulkOutcome::kCreated);
  EXPECT_EQ(RefusalCause(written->refused[0]), "refused by the mapping: MD_new_1, MD_new_2");
  EXPECT_EQ(Get("a"), R"({"str_key":"/a"})");
}

TEST_F(PartialWriteTest, WhatIsRefusedEvenSoKeepsItsErrorAndTheLoopEnds) {
  RefusingIndex stubborn(*index_);
  int named = 0;
  stubborn.refuse = [&](const BulkOp& op) -> std::optional<Error> {
    Error error = MakeError(ErrorCode::kInvalid, "no");
    if (op.id == "named") error.field = "f" + std::to_string(named++);
    return error;
  };
  std::string body = "{";
  for (int i = 0; i < 2 * kMostRefusedFields; ++i) body += (i == 0 ? "" : ",") + ("\"f" + std::to_string(i) + "\":1");
  const auto written =
      WriteWithoutRefusedFields(stubborn, {Index("named", body + "}"), Index("a", R"({"str_key":1})")});
  ASSERT_TRUE(written);
  EXPECT_FALSE(written->outcomes[0]);
  EXPECT_FALSE(written->outcomes[1]);
  EXPECT_THAT(written->refused[0], IsEmpty()) << "nothing of it is in the index";
  EXPECT_EQ(stubborn.bulks, static_cast<std::size_t>(kMostRefusedFields) + 1);
}

TEST_F(PartialWriteTest, WhatMayPassIsNotTakenApart) {
  RefusingIndex busy(*index_);
  busy.refuse = [](const BulkOp&) -> std::optional<Error> {
    Error error = MakeError(ErrorCode::kThrottled, "queue is full");
    error.retryable = true;
    return error;
  };
  const auto written = WriteWithoutRefusedFields(busy, {Index("a", R"({"MD_date_x":1})")});
  ASSERT_TRUE(written);
  EXPECT_TRUE(written->outcomes[0].error().retryable);
  EXPECT_EQ(busy.bulks, 1u);
  busy.down = MakeError(ErrorCode::kUnavailable, "away");
  EXPECT_FALSE(WriteWithoutRefusedFields(busy, {Index("a", "{}")}));
}

TEST_F(PartialWriteTest, TheWriterTellsWhatADocumentWentWithoutOnce) {
  FakeClock clock;
  DocumentWriter writer(*index_, clock);
  std::vector<PlannedOperation> planned;
  for (int i = 0; i < 2; ++i) {
    planned.push_back(
        {.verdict = IndexVerdict({.id = "a", .body = R"({"MD_date_x":"bad","str_key":"/a"})"}, "indexed")});
  }
  const auto results = writer.Write(std::move(planned), writer.TakeVersion(), OnRefusal::kWriteWithoutThem);
  ASSERT_TRUE(results);
  EXPECT_TRUE(results->at(0).success);
  EXPECT_THAT(results->at(0).refused, IsEmpty());
  EXPECT_EQ(results->at(1).message, "Indexed, but refused by the mapping: MD_date_x");
  const RecordOutcome outcome = Combine(*results);
  EXPECT_EQ(outcome.kind, RecordOutcome::Kind::kSettled);
  EXPECT_EQ(outcome.indexed, 2u);
  StepCounts counts;
  counts.Add(outcome);
  const StepCounts same = counts;
  counts += same;
  ASSERT_THAT(counts.partial, SizeIs(2));
  EXPECT_EQ(counts.partial[0].id, "a");
  EXPECT_EQ(counts.partial[0].fields[0].name, "MD_date_x");
}

}  // namespace
}  // namespace vams
