#include "report/findings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "testing/temp_dir.h"

namespace vams {
namespace {

TEST(FindingSink, WritesEachGroupsAllAndKeepsTheFirst) {
  TempDir dir;
  FindingSink sink(dir.path() / "run" / "findings.ndjson");
  EXPECT_FALSE(sink.has_file());
  constexpr int kMany = 12'000;
  for (int i = 0; i < kMany; ++i) {
    sink.Add({IndexKind::kFiles, "id" + std::to_string(i), FindingKind::kMissing, "not in the index", ""});
  }
  sink.Add({IndexKind::kAssets, "db#a", FindingKind::kStale, "field list_tags differs", "expected []"});
  ASSERT_TRUE(sink.Flush());
  EXPECT_EQ(sink.count(), kMany + 1u);
  EXPECT_EQ(sink.kept().size(), FindingSink::kKept);
  const auto groups = sink.groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].count, static_cast<std::uint64_t>(kMany));
  EXPECT_EQ(groups[0].examples, (std::vector<std::string>{"id0", "id1", "id2"}));
  std::ifstream in(sink.path());
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    const auto json = nlohmann::json::parse(line);
    ASSERT_TRUE(json.contains("cause"));
    if (lines == kMany) {
      EXPECT_EQ(json["detail"], "expected []");
    }
  }
  EXPECT_EQ(lines, kMany + 1);
}

TEST(FindingSink, MemoryIsBoundedEvenWhereEveryCauseIsNew) {
  FindingSink sink({});
  for (int i = 0; i < 5000; ++i) sink.Add({IndexKind::kFiles, "id", FindingKind::kFailed, std::to_string(i), ""});
  EXPECT_LE(sink.groups().size(), 1001u);
  EXPECT_EQ(sink.groups().front().cause, "other causes");
}

TEST(FindingSink, TellsWhenTheFileCannotBeWritten) {
  FindingSink sink("/proc/nowhere/findings.ndjson");
  sink.Add({IndexKind::kFiles, "id", FindingKind::kFailed, "c", ""});
  const Status status = sink.Flush();
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("/proc/nowhere/findings.ndjson"), std::string::npos);
}

TEST(Finding, IsOneLineWhateverItsIdHolds) {
  const std::string line = ToNdjson({IndexKind::kFiles, "a\nb\xFF", FindingKind::kSkipped, "c", ""});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(line));
}

}  // namespace
}  // namespace vams
