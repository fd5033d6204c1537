#include "run/echo.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "run/selection.h"

namespace vams {
namespace {

std::string TopicText(const TopicChoice& topics) {
  if (const auto* single = std::get_if<SingleTopic>(&topics)) return single->arn;
  if (const auto* map = std::get_if<TopicByBucket>(&topics)) {
    std::vector<std::string> parts;
    for (const auto& [bucket, arn] : map->arn_by_bucket) parts.push_back(bucket + "=" + arn);
    return fmt::format("{}", fmt::join(parts, ", "));
  }
  return "auto";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> EchoConfiguration(const Options& o) {
  std::vector<std::pair<std::string, std::string>> echo{
      {"asset_storage_table_name", o.asset_storage_table},
      {"s3_asset_buckets_table_name", o.s3_asset_buckets_table},
      {"s3_object_created_sns_topic_arn", TopicText(o.topics)},
      {"opensearch_asset_index_ssm_param", o.asset_index_parameter},
      {"opensearch_file_index_ssm_param", o.file_index_parameter},
      {"opensearch_endpoint_ssm_param", o.endpoint_parameter},
  };
  const auto add = [&](std::string name, const auto& value) {
    if (value) echo.emplace_back(std::move(name), fmt::format("{}", *value));
  };
  add("aws_profile", o.aws_profile);
  add("aws_region", o.aws_region);
  add("endpoint_url", o.endpoint_url);
  if (o.local) echo.emplace_back("local", o.local->string());
  if (o.reindex.asset_batch_size)
    echo.emplace_back("asset_batch_size", std::to_string(o.reindex.asset_batch_size->value));
  if (o.reindex.s3_batch_size) echo.emplace_back("s3_batch_size", std::to_string(o.reindex.s3_batch_size->value));
  add("max_workers", o.reindex.max_workers);
  if (o.reindex.sns_publish_delay) {
    echo.emplace_back("sns_publish_delay",
                      fmt::format("{}", std::chrono::duration<double>(*o.reindex.sns_publish_delay).count()));
  }
  if (o.limit) echo.emplace_back("limit", std::to_string(o.limit->value));
  if (o.max_rate) echo.emplace_back("max_rate", fmt::format("{}", o.max_rate->value));
  echo.emplace_back("selection", Describe(o.selection));
  echo.emplace_back("dry_run", o.dry_run ? "true" : "false");
  echo.emplace_back("verification_wait_time", std::to_string(o.verification_wait_time.count()));
  echo.emplace_back("tolerance", fmt::format("{}", o.tolerance_percent));
  echo.emplace_back("compatibility", o.EffectiveCompatibility() == Compatibility::kRepaired ? "repaired" : "upstream");
  return echo;
}

}  // namespace vams
