#include "run/estimate.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vams {
namespace {

// US dollars a request.
constexpr double kSns = 0.50e-6;
constexpr double kSqs = 0.40e-6;
constexpr double kLambdaRequest = 0.20e-6;
constexpr double kLambdaGbSecond = 0.00001667;
constexpr double kList = 0.005e-3;
constexpr double kHead = 0.0004e-3;
constexpr double kWriteUnit = 0.625e-6;
constexpr double kReadUnit = 0.125e-6;

constexpr std::uint64_t kBatch = 10;            // events of a PublishBatch, messages of a function's batch
constexpr std::uint64_t kListPage = 1000;       // keys
constexpr double kReadUnitsPerScanned = 0.125;  // eventually consistent, 4 KB a half unit, 1 KB an item
// Of the deployed functions: seconds at 1 GB. Bucket sync and the file indexer each handle an event one after the
// other.
constexpr double kSecondsPerEvent = 0.4;
constexpr double kSecondsPerAsset = 0.2;
constexpr std::uint64_t kTableReadsPerEvent = 6;  // asset by both functions, bucket, two of metadata, one by an index
constexpr std::uint64_t kTableReadsPerAsset = 8;  // asset, bucket, three of metadata, links both ways, version

std::uint64_t Pages(std::uint64_t items, std::uint64_t page) { return (items + page - 1) / page; }

std::optional<Duration> TimeFor(std::uint64_t items, std::optional<PerSecond> rate) {
  if (!rate || rate->value <= 0) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(static_cast<double>(items) / rate->value));
}

}  // namespace

const std::string_view kFunctionTimeAssumption =
    "assumed: 0.4 s an event for both functions and 0.2 s an asset, at 1 GB, and that no asset type changes";

RunEstimate Estimate(const RunVolume& v, std::optional<PerSecond> event_rate, std::optional<PerSecond> touch_rate) {
  RunEstimate out;
  const auto add = [&](std::string what, bool downstream, std::uint64_t requests, double usd_each) {
    const double usd = static_cast<double>(requests) * usd_each;
    (downstream ? out.downstream_usd : out.own_usd) += usd;
    if (requests > 0) out.requests.push_back({std::move(what), downstream, requests, usd});
  };
  const std::uint64_t passes = v.verifies ? 2 : 1;
  add("dynamodb:Scan of the assets, in pages of 1,000", false, passes * Pages(v.assets, kListPage),
      kReadUnit * kReadUnitsPerScanned * kListPage);
  add("dynamodb:UpdateItem", false, v.assets, kWriteUnit);
  add("s3:ListObjectsV2", false, passes * std::max(v.buckets, Pages(v.objects_listed, kListPage)), kList);
  add("s3:HeadObject", false, v.heads + (v.verifies ? v.events : 0), kHead);
  add("sns:PublishBatch", false, Pages(v.events, kBatch), kSns);
  if (v.verifies) {
    add("dynamodb:BatchGetItem and Query keys for verification", false, v.assets * kTableReadsPerAsset + 2 * v.events,
        kReadUnit);
  }

  const std::uint64_t batches = Pages(v.events, kBatch);
  add("sqs:ReceiveMessage and DeleteMessageBatch", true, 2 * batches, kSqs);
  add("function invocations", true, 2 * batches + Pages(v.assets, 100), kLambdaRequest);
  add("s3:ListObjectsV2 and ListObjectVersions by bucket sync", true, 3 * v.events, kList);
  add("s3:HeadObject by bucket sync and the indexer", true, 3 * v.events, kHead);
  add("dynamodb reads by the functions", true, kTableReadsPerEvent * v.events + kTableReadsPerAsset * v.assets,
      kReadUnit);
  const double seconds =
      kSecondsPerEvent * static_cast<double>(v.events) + kSecondsPerAsset * static_cast<double>(v.assets);
  out.function_seconds = static_cast<std::uint64_t>(std::llround(seconds));
  out.downstream_usd += seconds * kLambdaGbSecond;

  const auto events = TimeFor(v.events, event_rate);
  const auto touches = TimeFor(v.assets, touch_rate);
  if (events || touches) out.at_allowed_rate = events.value_or(Duration{0}) + touches.value_or(Duration{0});
  return out;
}

}  // namespace vams
