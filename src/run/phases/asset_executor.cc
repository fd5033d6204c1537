#include "run/phases/asset_executor.h"

#include <utility>

#include "model/document.h"
#include "run/context/selection.h"
#include "run/state/run_journal.h"

namespace vams {

AssetExecutor::AssetExecutor(const RunContext& run, std::string timestamp, ItemCount page, std::uint32_t segments,
                             HandledItems* handled, HandledItems* only)
    : run_(run),
      timestamp_(std::move(timestamp)),
      page_(page),
      segments_(segments),
      handled_(handled),
      only_(only),
      assets_(run.deployment.assets_once ? *run.deployment.assets_once : *run.deployment.assets) {}

AssetAnswer AssetExecutor::Execute(const AssetTask& task) {
  if (const auto* scan = std::get_if<ScanTask>(&task.what)) return only_ != nullptr ? NextOfOnly() : Scan(*scan);
  if (const auto* touch = std::get_if<TouchTask>(&task.what)) return assets_.Touch(touch->keys, timestamp_);
  return Commit(std::get<AssetCommitTask>(task.what));
}

Result<ScanAnswer> AssetExecutor::Scan(const ScanTask& task) {
  TRY_ASSIGN(AssetKeyPage page, assets_.ScanKeys(task.segment, task.from, page_));
  ScanAnswer answer{.keys = {}, .invalid = {}, .next = std::move(page.next)};
  for (AssetKey& key : page.keys) {
    if (!Selects(run_.options.selection, key)) continue;
    if (key.database_id.empty() || key.asset_id.empty()) {
      answer.invalid.push_back({IndexKind::kAssets, AssetDocumentId(key.database_id, key.asset_id),
                                FindingKind::kInvalid, "a record without databaseId or assetId", ""});
    } else {
      answer.keys.push_back(std::move(key));
    }
  }
  return answer;
}

Result<ScanAnswer> AssetExecutor::NextOfOnly() {
  ScanAnswer answer;
  while (answer.keys.size() < page_.value) {
    TRY_ASSIGN(auto key, only_->NextAsset());
    if (!key) return answer;
    answer.keys.push_back(std::move(*key));
  }
  answer.next = Cursor{"more"};
  return answer;
}

Result<AssetCommitted> AssetExecutor::Commit(const AssetCommitTask& task) {
  const AssetProgress& progress = task.progress;
  for (const Finding& finding : progress.findings) run_.findings.Add(finding);
  for (const AssetKey& key : progress.gone) {
    run_.findings.Add({IndexKind::kAssets, AssetDocumentId(key.database_id, key.asset_id), FindingKind::kGone,
                       "deleted while the run went on", ""});
  }
  for (const FailedAsset& failed : progress.failed) {
    run_.findings.Add({IndexKind::kAssets, AssetDocumentId(failed.key.database_id, failed.key.asset_id),
                       FindingKind::kFailed, std::string(ErrorCodeName(failed.error.code)), failed.error.message});
    run_.log.Error("Error updating asset {}: {}", failed.key.asset_id, failed.error.message);
    const MutexLock lock(mu_);
    failures_.AddFailure("assetId", failed.key.asset_id, failed.error.message);
  }
  if (handled_ != nullptr) {
    for (const AssetKey& key : progress.sent) TRY(handled_->Add(key));
  }
  if (run_.journal != nullptr) TRY(run_.journal->Commit(progress, segments_, run_.findings));
  return AssetCommitted{};
}

std::vector<PhaseReport::Failure> AssetExecutor::TakeFailures() {
  const MutexLock lock(mu_);
  return std::exchange(failures_.first_failures, {});
}

}  // namespace vams
