#include "backends/open.h"

#include "backends/aws_deployment.h"
#include "backends/embedded/sqlite_asset_table.h"
#include "backends/embedded/sqlite_bucket_table.h"
#include "backends/embedded/sqlite_change_stream.h"
#include "backends/embedded/sqlite_event_queue.h"
#include "backends/embedded/sqlite_event_topic.h"
#include "backends/embedded/sqlite_object_store.h"
#include "backends/embedded/sqlite_parameters.h"
#include "backends/embedded/sqlite_search_index.h"
#include "backends/embedded/sqlite_side_tables.h"
#include "backends/local.h"

namespace vams {
namespace {

Result<Deployment> OpenEmbedded(const std::string& path, Duration busy_timeout, Clock& clock) {
  TRY_ASSIGN(auto directory, embedded::VamsDirectory::Open(path, {.busy_timeout = busy_timeout}, clock));
  Deployment deployment;
  deployment.description = fmt::format("embedded VAMS in {}", path);
  deployment.assets = std::make_unique<embedded::SqliteAssetTable>(directory);
  deployment.buckets = std::make_unique<embedded::SqliteBucketTable>(directory);
  deployment.side_tables = std::make_unique<embedded::SqliteSideTables>(directory);
  deployment.objects = std::make_unique<embedded::SqliteObjectStore>(directory);
  deployment.topic = std::make_unique<embedded::SqliteEventTopic>(directory);
  TRY_ASSIGN(deployment.file_events, embedded::SqliteEventQueue::Open(directory, kFileEventQueue));
  deployment.changes = std::make_unique<embedded::SqliteChangeStream>(directory);
  deployment.parameters = std::make_unique<embedded::SqliteParameters>(directory);
  TRY_ASSIGN(deployment.asset_index, embedded::SqliteSearchIndex::Open(directory, embedded::FileKind::kAssetIndex));
  TRY_ASSIGN(deployment.file_index, embedded::SqliteSearchIndex::Open(directory, embedded::FileKind::kFileIndex));
  deployment.keep_alive = directory;
  deployment.runs_indexers = true;
  return deployment;
}

}  // namespace

Result<Deployment> OpenDeployment(const OpenOptions& options, Clock& clock) {
  if (options.local_directory) return OpenEmbedded(*options.local_directory, options.busy_timeout, clock);
  if (options.aws) return OpenAws(*options.aws, clock);
  return Fail(ErrorCode::kUsage, "neither a directory nor a deployment on AWS was named");
}

}  // namespace vams
