#include "run/preflight.h"

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
