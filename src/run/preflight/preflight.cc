#include "run/preflight/preflight.h"

#include <string>
#include <string_view>
#include <vector>

#include "index/check_definition.h"
#include "index/definitions.h"

namespace vams {

Result<std::optional<FileLock>> LockForWriting(const Options& options) {
  if (!options.local || options.dry_run) return std::nullopt;
  auto lock = FileLock::Acquire(*options.local / "run.lock");
  if (!lock) {
    Error error = std::move(lock).error();
    if (error.code == ErrorCode::kBusy) error = std::move(error).In("another run is at work on this VAMS");
    return std::unexpected(std::move(error));
  }
  return std::optional<FileLock>(std::move(*lock));
}

namespace {

template <class T>
Status Told(const Result<T>& answer, std::string_view key) {
  if (answer) return {};
  Error error = Error(answer.error()).In(key);
  if (error.hint.empty() && error.code == ErrorCode::kNotFound) {
    error.hint = fmt::format("is {} right, and aws_region? `aws dynamodb list-tables` lists those of the region", key);
  }
  return std::unexpected(std::move(error));
}

}  // namespace

// No asset id ends in '.' (docs/reference/vams-behaviour.md, 3.3).
AssetKey ProbeKey() { return {"vams-migrate-probe", "no such asset."}; }

Status CheckTables(const Options& options, const Deployment& deployment, bool documents) {
  if (options.local) return {};
  const std::vector<AssetKey> assets{ProbeKey()};
  const std::vector<std::string> ids{ProbeKey().asset_id};
  if (!options.asset_storage_table.empty()) {
    TRY(Told(deployment.assets->GetMany(assets), "asset_storage_table_name"));
  }
  if (!options.s3_asset_buckets_table.empty()) {
    TRY(Told(deployment.buckets->GetMany(ids), "s3_asset_buckets_table_name"));
  }
  if (documents || !options.metadata_table.empty()) {
    const std::vector<MetadataKey> keys{{ProbeKey().database_id, ProbeKey().asset_id}};
    TRY(Told(deployment.side_tables->GetMetadata(keys), "metadata_storage_table_name"));
  }
  if (documents || !options.link_table.empty()) {
    const std::vector<LinkQuery> queries{{LinkEnd::kFrom, assets.front()}, {LinkEnd::kTo, assets.front()}};
    TRY(Told(deployment.side_tables->QueryLinks(queries, ItemCount{1}), "asset_links_storage_table_v2_name"));
  }
  if (documents || !options.version_table.empty()) {
    TRY(Told(deployment.side_tables->QueryVersions(ids, ItemCount{1}), "asset_versions_storage_table_name"));
  }
  return {};
}

Status CheckIndexes(const Deployment& deployment) {
  for (SearchIndex* index : {deployment.asset_index.get(), deployment.file_index.get()}) {
    if (index == nullptr) continue;  // not named: this run neither writes nor reads it
    TRY_ASSIGN(const auto info, index->Describe());
    if (!info) {
      return std::unexpected(MakeError(ErrorCode::kNotFound, "there is no index {}", index->name())
                                 .WithHint("make it with `vams-migrate indexes create`"));
    }
    const bool assets = index == deployment.asset_index.get();
    TRY_ASSIGN(const auto differences,
               CheckDefinition(assets ? AssetIndexDefinition() : FileIndexDefinition(), info->definition));
    if (!differences.empty()) {
      return std::unexpected(
          MakeError(ErrorCode::kPrecondition, "index {} differs from what VAMS makes in {} places, the first at {}",
                    index->name(), differences.size(), differences.front().path)
              .WithHint("`vams-migrate indexes check` lists them; no search page could use what it would hold"));
    }
  }
  return {};
}

}  // namespace vams
