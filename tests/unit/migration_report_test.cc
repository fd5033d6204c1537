#include "report/migration_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::json;

// The example of the migration guide: each of its keys, with its type.
constexpr const char* kGuide = R"({
  "migration_info": {"version": "v2.2_to_v2.3", "started_at": "2024-01-15T10:00:00.000Z",
    "completed_at": "2024-01-15T10:30:00.000Z", "duration_seconds": 1800, "dry_run": false},
  "asset_reindexing": {"success_count": 5000, "failed_count": 0, "total_count": 5000},
  "file_reindexing": {"success_count": 50000, "failed_count": 0, "total_count": 50000, "buckets_processed": 3,
    "objects_scanned": 50500},
  "verification": {"asset_index": {"expected_documents": 5000, "actual_documents": 5000, "success_rate": 100.0},
    "file_index": {"expected_documents": 50000, "actual_documents": 49950, "success_rate": 99.9},
    "overall_success": true}})";

MigrationReport Example() {
  MigrationReport report;
  report.run_id = "20240115_100000";
  report.started = *ParseIso("2024-01-15T10:00:00Z");
  report.completed = *ParseIso("2024-01-15T10:30:00Z");
  report.assets = PhaseReport{.succeeded = 5000, .total = 5000};
  report.files = PhaseReport{.succeeded = 50000, .total = 50000, .buckets_processed = 3, .objects_scanned = 50500};
  report.verification = VerificationReport{
      .timestamp = report.completed,
      .asset_index = {.name = "a", .exists = true, .expected = 5000, .actual = 5000, .right = 5000},
      .file_index = {.name = "f", .exists = true, .expected = 50000, .actual = 49950, .right = 49950, .missing = 50},
      .overall_success = true,
      .scope = "everything"};
  return report;
}

void ExpectHolds(const Json& got, const Json& want, const std::string& where) {
  for (const auto& [key, value] : want.items()) {
    ASSERT_TRUE(got.contains(key)) << where << key;
    if (value.is_object()) {
      ExpectHolds(got[key], value, where + key + ".");
    } else {
      EXPECT_EQ(got[key], value) << where << key;
      EXPECT_EQ(got[key].is_number_float(), value.is_number_float()) << where << key;
    }
  }
}

TEST(MigrationReport, HasEachKeyOfTheGuideWithItsType) {
  const Json got = Json::parse(ToJson(Example()).dump());
  ExpectHolds(got, Json::parse(kGuide), "");
}

TEST(MigrationReport, VerificationIsNullWhereThereWasNone) {
  MigrationReport report = Example();
  report.verification.reset();
  EXPECT_TRUE(Json::parse(ToJson(report).dump())["verification"].is_null());
}

TEST(MigrationReport, AnEmptyIndexWithNothingExpectedIsWhole) {
  EXPECT_DOUBLE_EQ((IndexReport{.name = "a", .exists = true}).success_rate(), 100);
  EXPECT_DOUBLE_EQ((IndexReport{.name = "a", .exists = false}).success_rate(), 0);
}

TEST(PhaseReport, CountsEveryFailureAndKeepsTheFirst) {
  PhaseReport report;
  for (int i = 0; i < 300; ++i) report.AddFailure("key", "k" + std::to_string(i), "refused");
  EXPECT_EQ(report.failed, 300u);
  EXPECT_EQ(report.first_failures.size(), PhaseReport::kMaxFailures);
}

TEST(MigrationReport, TheFixOfAHazardIsTheSameWhereverItIsNamed) {
  const auto fix = [](FindingKind kind, const std::string& cause) {
    return FixFor({.index = IndexKind::kFiles, .kind = kind, .cause = cause, .count = 1, .examples = {}});
  };
  const std::string by_run = fix(FindingKind::kWithheld, "sync-rewrites");
  EXPECT_NE(by_run.find("--allow-rewrites"), std::string::npos);
  EXPECT_EQ(fix(FindingKind::kMissing, "withheld: sync-rewrites"), by_run);
  EXPECT_NE(fix(FindingKind::kMissing, "sync-refuses-bucket").find("buckets table"), std::string::npos);
  EXPECT_EQ(fix(FindingKind::kMissing, "not in the index"), "`verify --repair` sends these again");
}

TEST(MigrationReport, NoRepairIsAdvisedWhereItCannotHelp) {
  const auto fix = [](FindingKind kind, std::string_view cause) {
    return FixFor({.index = IndexKind::kFiles, .kind = kind, .cause = std::string(cause), .count = 1, .examples = {}});
  };
  EXPECT_THAT(fix(FindingKind::kMissing, kCauseIdTooLong), testing::HasSubstr("shorter key"));
  EXPECT_THAT(fix(FindingKind::kStale, "refused by the mapping: MD_date_x"), testing::HasSubstr("at their source"));
  EXPECT_THAT(fix(FindingKind::kMissing, "refused by the mapping: MD_date_x"), testing::HasSubstr("--repair"));
}

}  // namespace
}  // namespace vams
