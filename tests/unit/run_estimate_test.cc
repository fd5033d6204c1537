#include <gtest/gtest.h>

#include <algorithm>

#include "run/estimate.h"

namespace vams {
namespace {

std::uint64_t RequestsOf(const RunEstimate& estimate, std::string_view start) {
  std::uint64_t sum = 0;
  for (const RequestEstimate& one : estimate.requests) sum += one.what.starts_with(start) ? one.requests : 0;
  return sum;
}

TEST(Estimate, NothingCostsNothing) {
  const RunEstimate estimate = Estimate({}, std::nullopt, std::nullopt);
  EXPECT_TRUE(estimate.requests.empty());
  EXPECT_EQ(estimate.own_usd, 0);
  EXPECT_EQ(estimate.function_seconds, 0u);
}

TEST(Estimate, ARunWithoutVerification) {
  const RunVolume volume{
      .assets = 2'500, .objects_listed = 10'001, .heads = 10'001, .events = 9'999, .buckets = 3, .verifies = false};
  const RunEstimate estimate = Estimate(volume, std::nullopt, std::nullopt);
  EXPECT_EQ(RequestsOf(estimate, "dynamodb:Scan"), 3u);
  EXPECT_EQ(RequestsOf(estimate, "dynamodb:UpdateItem"), 2'500u);
  EXPECT_EQ(RequestsOf(estimate, "s3:ListObjectsV2"), 11u + 3 * 9'999u) << "own pages, and what bucket sync lists";
  EXPECT_EQ(RequestsOf(estimate, "sns:PublishBatch"), 1'000u);
  EXPECT_FALSE(estimate.at_allowed_rate);
}

TEST(Estimate, VerificationReadsBothSidesAgain) {
  RunVolume volume{.assets = 10, .objects_listed = 20, .heads = 20, .events = 20, .buckets = 1, .verifies = false};
  const RunEstimate without = Estimate(volume, std::nullopt, std::nullopt);
  volume.verifies = true;
  const RunEstimate with = Estimate(volume, std::nullopt, std::nullopt);
  EXPECT_GT(with.own_usd, without.own_usd);
  EXPECT_EQ(with.downstream_usd, without.downstream_usd) << "the deployed functions have no part in it";
}

TEST(Estimate, AnEventCostsMoreDownstreamThanItself) {
  const RunEstimate estimate = Estimate({.assets = 0,
                                         .objects_listed = 1'000'000,
                                         .heads = 1'000'000,
                                         .events = 1'000'000,
                                         .buckets = 1,
                                         .verifies = false},
                                        std::nullopt, std::nullopt);
  EXPECT_GT(estimate.downstream_usd, estimate.own_usd);
  EXPECT_GT(estimate.function_seconds, 100'000u);
}

// Hazard H13, event by event: what bucket sync and the indexer ask.
TEST(Estimate, WhatOneEventSetsOff) {
  const RunEstimate estimate =
      Estimate({.assets = 0, .objects_listed = 10, .heads = 0, .events = 10, .buckets = 1, .verifies = false},
               std::nullopt, std::nullopt);
  EXPECT_EQ(RequestsOf(estimate, "s3:ListObjectsV2 and ListObjectVersions by bucket sync"), 30u);
  EXPECT_EQ(RequestsOf(estimate, "s3:HeadObject by bucket sync and the indexer"), 30u);
  EXPECT_EQ(RequestsOf(estimate, "dynamodb reads by the functions"), 60u);
  EXPECT_EQ(RequestsOf(estimate, "function invocations"), 2u) << "one batch, through both functions";
  EXPECT_EQ(estimate.function_seconds, 4u);
  EXPECT_NE(kFunctionTimeAssumption.find("0.4 s an event"), std::string_view::npos) << "people are told";
}

TEST(Estimate, TimeIsThatOfTheCaps) {
  const RunVolume volume{.assets = 500, .objects_listed = 0, .heads = 0, .events = 2'000, .buckets = 1};
  const auto at = Estimate(volume, PerSecond{200}, PerSecond{100}).at_allowed_rate;
  ASSERT_TRUE(at);
  EXPECT_EQ(*at, std::chrono::seconds(15));
}

}  // namespace
}  // namespace vams
