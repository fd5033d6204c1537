#include "cli/golden_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/recording_index.h"
#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/temp_dir.h"

namespace vams::cli {
namespace {

constexpr const char* kCase =
    R"({"name":"gone","state":{"tables":{}},"event":{"databaseId":"db-one","assetId":"chair","operation":"delete"},)"
    R"("expected":[{"action":"delete","index":"vams-assets-v1","id":"db-one#chair"}],)"
    R"("response":{"statusCode":200,"body":{"message":"Processed 1/1 asset indexing operations successfully",)"
    R"("results":[{"success":true,"message":"m","documentId":"db-one#chair","indexName":"vams-assets-v1",)"
    R"("operation":"delete"}]}}})";

class GoldenCheckTest : public ::testing::Test {
 protected:
  Result<GoldenCounts> Run(const std::string& content) {
    const std::string path = (directory.path() / "cases.jsonl").string();
    std::ofstream(path, std::ios::binary) << content;
    return RunGoldenFile(
        path,
        [&](const nlohmann::ordered_json& state) -> Result<GoldenVams> {
          vams = std::make_unique<MemoryDeployment>(clock);
          TRY(vams->LoadState(state));
          return GoldenVams{vams->source(), vams->asset_index(), vams->file_index()};
        },
        out);
  }

  TempDir directory;
  FakeClock clock;
  std::unique_ptr<MemoryDeployment> vams;
  std::ostringstream out;
};

TEST_F(GoldenCheckTest, CountsCasesAndPrintsEachDifference) {
  std::string wrong = kCase;
  wrong.replace(wrong.find("\"id\":\"db-one#chair\""), 19, "\"id\":\"db-two#chair\"");
  const auto counts = Run(std::string(kCase) + "\n" + wrong + "\n\n");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->passed, 1u);
  EXPECT_EQ(counts->failed, 1u);
  EXPECT_NE(out.str().find(":2 gone\n  expected[0].id: expected \"db-two#chair\", got \"db-one#chair\"\n"),
            std::string::npos)
      << out.str();
}

TEST_F(GoldenCheckTest, AStatusAnswersEveryWrite) {
  std::string refused = kCase;
  refused.insert(1, "\"opensearch_status\":400,");
  const auto counts = Run(refused);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->failed, 1u);
  EXPECT_NE(out.str().find("response.results[0].success: expected true, got false"), std::string::npos) << out.str();
}

TEST_F(GoldenCheckTest, BrokenLinesAreNamed) {
  const auto counts = Run(std::string(kCase) + "\n{nope\n");
  ASSERT_FALSE(counts);
  EXPECT_TRUE(counts.error().message.ends_with("cases.jsonl:2: the line is no JSON object")) << counts.error().message;
  EXPECT_FALSE(Run("{}"));
}

TEST_F(GoldenCheckTest, TableNamesComeFromAConfigBesideTheFile) {
  std::ofstream(directory.path() / "config.json") << R"({"tables":{"assets":"Mine"}})";
  const char* stream =
      R"({"name":"s","state":{},"event":{"Records":[{"eventSource":"aws:dynamodb","eventSourceARN":"table/Mine/x"}]},)"
      R"("expected":[{"action":"none"}],"response":{"statusCode":200,"body":{"message":)"
      R"("Processed 1/1 asset indexing operations successfully","results":[{"success":true,"message":"m",)"
      R"("documentId":null,"indexName":"vams-assets-v1","operation":"skip"}]}}})";
  const auto counts = Run(stream);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->passed, 1u) << out.str();
}

TEST(RecordingIndex, AnswersAsUpstreamsClientHearsIt) {
  const auto inner = MakeMemorySearchIndex("i");
  const BulkOp remove{.kind = BulkOp::Kind::kDelete, .id = "a", .body = {}, .version = {}};
  const auto answer = [&](std::optional<int> status, const BulkOp& op, std::size_t sent) {
    std::vector<RecordingIndex::Request> requests;
    RecordingIndex index(*inner, requests, status);
    const auto outcomes = index.Bulk({&op, 1});
    EXPECT_EQ(requests.size(), sent);
    return outcomes->front().has_value();
  };
  EXPECT_TRUE(answer(404, remove, 1)) << "a delete of what is not there";
  EXPECT_FALSE(answer(400, remove, 1));
  EXPECT_FALSE(answer(503, remove, 4)) << "sent again three times";
  EXPECT_TRUE(answer(201, remove, 1));
  const BulkOp long_id{.kind = BulkOp::Kind::kIndex, .id = std::string(600, 'x'), .body = "{}", .version = {}};
  EXPECT_TRUE(answer(std::nullopt, long_id, 1)) << "taken, whatever the index below says";
}

}  // namespace
}  // namespace vams::cli
