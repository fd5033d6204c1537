#include "cli/deployment.h"

#include <algorithm>
#include <utility>

#include "cli/version.h"

namespace vams::cli {
namespace {

constexpr std::uint32_t kWorkers = 32;

// Absent ones are only asked for by the commands that cannot do without (MissingNames); these need them for a flag.
Status RequireIndexNames(const Options& options) {
  std::string missing;
  const auto need = [&](const std::string& value, std::string_view key) {
    if (value.empty()) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", key);
  };
  need(options.asset_index_parameter, "opensearch_asset_index_ssm_param");
  need(options.file_index_parameter, "opensearch_file_index_ssm_param");
  need(options.endpoint_parameter, "opensearch_endpoint_ssm_param");
  if (missing.empty()) return {};
  return Fail(ErrorCode::kUsage, "Please set the {} in the CONFIG or provide it via command line", missing);
}

AwsOpenOptions OnAws(const Invocation& invocation, VamsNeeds needs, Log* log) {
  const Options& options = invocation.options;
  AwsOpenOptions aws;
  aws.environment = invocation.context.process_environment;
  aws.profile = options.aws_profile;
  aws.region = options.aws_region;
  aws.endpoint_url = options.endpoint_url;
  for (const auto& [key, by] : {std::pair("aws_profile", &aws.profile_by), std::pair("aws_region", &aws.region_by),
                                std::pair("endpoint_url", &aws.endpoint_url_by)}) {
    if (const auto origin = invocation.origins.find(key); origin != invocation.origins.end()) *by = origin->second;
  }
  aws.asset_table = options.asset_storage_table;
  aws.bucket_table = options.s3_asset_buckets_table;
  aws.metadata_table = options.metadata_table;
  aws.link_table = options.link_table;
  aws.version_table = options.version_table;
  // Without all three there is no index to speak to.
  if (RequireIndexNames(options)) {
    aws.asset_index_parameter = options.asset_index_parameter;
    aws.file_index_parameter = options.file_index_parameter;
    aws.endpoint_parameter = options.endpoint_parameter;
  }
  aws.event_queue = std::move(needs.event_queue);
  aws.find_side_tables = needs.documents;
  aws.streams = needs.streams;
  aws.open_what_can_be = needs.tolerant;
  aws.state_directory = options.state_dir;
  aws.workers = std::min(options.reindex.max_workers.value_or(kWorkers), kWorkers);
  aws.user_agent = fmt::format("vams-migrate/{}", kVersion);
  aws.stop = &invocation.context.stop;
  aws.on_note = [&output = invocation.output](std::string_view note) { output.Note(note); };
  if (log != nullptr && log->Enabled(LogLevel::kDebug)) {
    aws.on_trace = [log](std::string_view line) { log->Debug("{}", line); };
  }
  return aws;
}

}  // namespace

Result<Deployment> OpenVams(const Invocation& invocation, VamsNeeds needs, Log* log) {
  OpenOptions open;
  if (invocation.options.local) {
    open.local_directory = invocation.options.local->string();
  } else {
    if (needs.indexes) TRY(RequireIndexNames(invocation.options));
    open.aws = OnAws(invocation, std::move(needs), log);
  }
  return OpenDeployment(open, invocation.context.clock);
}

Result<std::unique_ptr<LocalVams>> OpenLocalVams(const Invocation& invocation) {
  return LocalVams::Open(invocation.options.local.value_or("").string(), invocation.context.clock);
}

}  // namespace vams::cli
