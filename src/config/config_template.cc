#include "config/config_template.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace vams {
namespace {

struct Tuning {
  std::string_view items;
  std::uint32_t s3_batch_size;
  std::uint32_t max_workers;
  double sns_publish_delay;
  std::uint32_t verification_wait_time;
};

Tuning TuningOf(TuningPreset preset) {
  switch (preset) {
    case TuningPreset::kSmall: return {"fewer than 10,000 items", 100, 10, 0.05, 180};
    case TuningPreset::kMedium: return {"10,000 to 100,000 items", 100, 15, 0.05, 300};
    case TuningPreset::kLarge: return {"more than 100,000 items", 200, 20, 0.03, 600};
  }
  return {};
}

constexpr std::string_view kTemplate = R"(// Configuration of vams-migrate. Comments and trailing commas are allowed.
// Replace every YOUR_ value, then look it over with: vams-migrate config check --config FILE
{{
    // DynamoDB tables: the asset records, and the buckets with their prefixes.
    "asset_storage_table_name": "YOUR_ASSET_STORAGE_TABLE_NAME",
    "s3_asset_buckets_table_name": "YOUR_S3_ASSET_BUCKETS_TABLE_NAME",

    // The SNS topic that the file indexer listens to. Also possible: "auto" (each bucket's own topic), or
    // {{"bucket-one": "arn:...", "bucket-two": "arn:..."}}.
    "s3_object_created_sns_topic_arn": "YOUR_S3_OBJECT_CREATED_SNS_TOPIC_ARN",

    // SSM parameters that hold the names of the two indexes and the OpenSearch endpoint.
    "opensearch_asset_index_ssm_param": "YOUR_OPENSEARCH_ASSET_INDEX_SSM_PARAM",
    "opensearch_file_index_ssm_param": "YOUR_OPENSEARCH_FILE_INDEX_SSM_PARAM",
    "opensearch_endpoint_ssm_param": "YOUR_OPENSEARCH_ENDPOINT_SSM_PARAM",

    // Found by themselves, from the settings of the deployed indexers, unless named here:
    // "metadata_storage_table_name": "...",
    // "asset_links_storage_table_v2_name": "...",
    // "asset_versions_storage_table_name": "...",

    // null: the default credentials and region, as for the AWS CLI.
    "aws_profile": null,
    "aws_region": null,

    // An embedded VAMS instead of one on AWS; the names above are then not needed.
    // "local": "DIR",

    // For {items}. Leave these out for settings that adapt while running.
    "reindex_settings": {{
        "asset_batch_size": 25, // assets handed over at once, at most 25
        "s3_batch_size": {s3_batch_size}, // files handed over at once
        "max_workers": {max_workers}, // requests in flight at most
        "sns_publish_delay": {sns_publish_delay} // seconds per event and worker at least
    }},

    // DEBUG, INFO, WARNING, ERROR or CRITICAL
    "log_level": "INFO",
    // true: show what would be done and change nothing
    "dry_run": false,
    // seconds to wait at most for the indexers before verifying
    "verification_wait_time": {verification_wait_time},

    // Further settings, with their defaults:
    // "skip_verification": false,
    // "tolerance": 0,               percent of missing and stale documents that still count as success
    // "attribution": "head",        or "location": no request per file
    // "event_key_encoding": "minimal",
    // "max_rate": null,             events and touches a second at most
    // "max_backlog": null,          hold back while the queue is longer
    // "report_dir": "reports",
    // "state_dir": "vams-migrate-state",
    // "progress": "auto",
    // "output": "text"
}}
)";

}  // namespace

std::string ConfigTemplate(TuningPreset preset) {
  const Tuning tuning = TuningOf(preset);
  return fmt::format(kTemplate, fmt::arg("items", tuning.items), fmt::arg("s3_batch_size", tuning.s3_batch_size),
                     fmt::arg("max_workers", tuning.max_workers),
                     fmt::arg("sns_publish_delay", tuning.sns_publish_delay),
                     fmt::arg("verification_wait_time", tuning.verification_wait_time));
}

}  // namespace vams
