#include "config/options_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

template <class T, class F>
Json OrNull(const std::optional<T>& value, F&& shown) {
  return value ? Json(shown(*value)) : Json(nullptr);
}

Json OrNull(const std::optional<std::string>& value) { return value ? Json(*value) : Json(nullptr); }

std::string WithoutUser(const std::string& url) {
  const std::size_t start = url.find("://");
  const std::size_t host = start == std::string::npos ? 0 : start + 3;
  const std::size_t end = url.find_first_of("/?#", host);
  const std::size_t at = url.rfind('@', end == std::string::npos ? end : end - 1);
  return at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1);
}

Json Topics(const TopicChoice& topics) {
  if (const auto* single = std::get_if<SingleTopic>(&topics)) {
    return single->arn.empty() ? Json(nullptr) : Json(single->arn);
  }
  if (const auto* by_bucket = std::get_if<TopicByBucket>(&topics)) return by_bucket->arn_by_bucket;
  return "auto";
}

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "DEBUG";
    case LogLevel::kInfo: return "INFO";
    case LogLevel::kWarning: return "WARNING";
    case LogLevel::kError: return "ERROR";
    case LogLevel::kCritical: return "CRITICAL";
  }
  return "";
}

std::string_view Name(Attribution attribution) { return attribution == Attribution::kHead ? "head" : "location"; }

std::string_view Name(EventKeyEncoding encoding) {
  switch (encoding) {
    case EventKeyEncoding::kMinimal: return "minimal";
    case EventKeyEncoding::kS3: return "s3";
    case EventKeyEncoding::kRaw: return "raw";
  }
  return "";
}

std::string_view Name(Operation operation) {
  switch (operation) {
    case Operation::kAssets: return "assets";
    case Operation::kFiles: return "files";
    case Operation::kBoth: return "both";
  }
  return "";
}

double Seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

Json ToJson(const Options& o) {
  const auto count = [](ItemCount n) { return n.value; };
  Json out;
  out["local"] = OrNull(o.local, [](const std::filesystem::path& p) { return p.string(); });
  out["asset_storage_table_name"] = o.asset_storage_table;
  out["s3_asset_buckets_table_name"] = o.s3_asset_buckets_table;
  out["metadata_storage_table_name"] = o.metadata_table;
  out["asset_links_storage_table_v2_name"] = o.link_table;
  out["asset_versions_storage_table_name"] = o.version_table;
  out["s3_object_created_sns_topic_arn"] = Topics(o.topics);
  out["opensearch_asset_index_ssm_param"] = o.asset_index_parameter;
  out["opensearch_file_index_ssm_param"] = o.file_index_parameter;
  out["opensearch_endpoint_ssm_param"] = o.endpoint_parameter;
  out["aws_profile"] = OrNull(o.aws_profile);
  out["aws_region"] = OrNull(o.aws_region);
  out["endpoint_url"] = OrNull(o.endpoint_url, WithoutUser);
  out["reindex_settings"] = {{"asset_batch_size", OrNull(o.reindex.asset_batch_size, count)},
                             {"s3_batch_size", OrNull(o.reindex.s3_batch_size, count)},
                             {"max_workers", OrNull(o.reindex.max_workers, [](std::uint32_t n) { return n; })},
                             {"sns_publish_delay", OrNull(o.reindex.sns_publish_delay, Seconds)}};
  out["log_level"] = Name(o.log_level);
  out["operation"] = Name(o.operation);
  out["dry_run"] = o.dry_run;
  out["limit"] = OrNull(o.limit, count);
  out["database"] = OrNull(o.selection.database);
  out["bucket"] = OrNull(o.selection.bucket);
  out["prefix"] = OrNull(o.selection.prefix);
  out["asset"] = OrNull(o.selection.asset);
  out["since"] = OrNull(o.selection.since, FormatIsoSeconds);
  out["skip_verification"] = o.skip_verification;
  out["verification_wait_time"] = o.verification_wait_time.count();
  out["tolerance"] = o.tolerance_percent;
  out["attribution"] = Name(o.attribution);
  out["event_key_encoding"] = Name(o.event_key_encoding);
  out["compatibility"] = o.EffectiveCompatibility() == Compatibility::kUpstream ? "upstream" : "repaired";
  out["allow_rewrites"] = o.allow_rewrites;
  out["single_topic"] = o.single_topic;
  out["max_rate"] = OrNull(o.max_rate, [](PerSecond r) { return r.value; });
  out["max_backlog"] = OrNull(o.max_backlog, count);
  out["deadline"] = OrNull(o.deadline, Seconds);
  out["max_cost"] = OrNull(o.max_cost, [](double usd) { return usd; });
  out["report_dir"] = o.report_dir.string();
  out["state_dir"] = o.state_dir.string();
  return out;
}

}  // namespace vams
