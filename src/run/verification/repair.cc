#include "run/verification/repair.h"

#include <vector>

#include "model/document.h"
#include "run/verification/repair_files.h"

namespace vams {
namespace {

constexpr std::size_t kBatch = 200;

class Repairer {
 public:
  Repairer(const RunContext& run, const FileTargets& targets)
      : run_(run), files_(run, targets, [this](const ObjectRef& object, const Error& error) {
          Failed(IndexKind::kFiles, object.bucket + "/" + object.key, error);
        }) {}

  Result<RepairCounts> Run(RepairPlan& plan) {
    const std::string timestamp = FormatPythonIso(run_.clock.Now());
    TRY(ForBatches(plan.assets, [&](const std::vector<std::string>& keys) { return TouchAssets(keys, timestamp); }));
    TRY(ForBatches(plan.objects, [&](const std::vector<std::string>& keys) { return RepairObjects(keys); }));
    if (run_.options.remove_unexpected) {
      TRY(ForBatches(plan.unexpected_assets, [&](const auto& ids) { return Remove(IndexKind::kAssets, ids); }));
      TRY(ForBatches(plan.unexpected_files, [&](const auto& ids) { return Remove(IndexKind::kFiles, ids); }));
    }
    return counts_;
  }

 private:
  template <class Do>
  Status ForBatches(ExternalSorter& spool, const Do& handle) {
    TRY(spool.Finish());
    for (bool more = true; more && !run_.stop.requested();) {
      std::vector<std::string> keys;
      while (keys.size() < kBatch) {
        TRY_ASSIGN(auto record, spool.Next());
        more = record.has_value();
        if (!more) break;
        keys.push_back(std::move(record->key));
      }
      if (!keys.empty()) TRY(handle(keys));
      run_.progress.OnAdvanced(Phase::kRepair, {.done = counts_.done(), .failed = counts_.failed});
    }
    return {};
  }

  void Failed(IndexKind index, std::string id, const Error& error) {
    ++counts_.failed;
    run_.log.Error("Could not repair {}: {}", id, error.message);
    run_.findings.Add(
        {index, std::move(id), FindingKind::kFailed, std::string(ErrorCodeName(error.code)), error.message});
  }

  Status TouchAssets(const std::vector<std::string>& locators, const std::string& timestamp) {
    std::vector<AssetKey> keys;
    for (const std::string& locator : locators) {
      auto [database, asset] = SplitParts(locator);
      keys.push_back({std::move(database), std::move(asset)});
    }
    TRY_ASSIGN(const auto outcomes, run_.deployment.assets->Touch(keys, timestamp));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!outcomes[i]) {
        Failed(IndexKind::kAssets, AssetDocumentId(keys[i].database_id, keys[i].asset_id), outcomes[i].error());
      } else {
        counts_.assets += *outcomes[i] == TouchOutcome::kDone;
      }
    }
    return {};
  }

  Status RepairObjects(const std::vector<std::string>& locators) {
    std::vector<ObjectRef> refs;
    for (const std::string& locator : locators) {
      auto [bucket, key] = SplitParts(locator);
      refs.push_back({std::move(bucket), std::move(key)});
    }
    const Status repaired = files_.Repair(refs);
    counts_.files = files_.counts().published;
    counts_.direct = files_.counts().indexed;
    return repaired;
  }

  Status Remove(IndexKind kind, const std::vector<std::string>& ids) {
    SearchIndex& index = kind == IndexKind::kAssets ? *run_.deployment.asset_index : *run_.deployment.file_index;
    const auto version = static_cast<std::uint64_t>(run_.clock.Now().time_since_epoch().count());
    std::vector<BulkOp> ops;
    for (const std::string& id : ids) ops.push_back({BulkOp::Kind::kDelete, id, {}, version});
    TRY_ASSIGN(const auto outcomes, index.Bulk(ops));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!outcomes[i]) {
        Failed(kind, ids[i], outcomes[i].error());
      } else {
        counts_.removed += *outcomes[i] == BulkOutcome::kDeleted;
      }
    }
    return {};
  }

  const RunContext& run_;
  RepairCounts counts_;
  FileRepairer files_;
};

}  // namespace

Result<RepairCounts> Repair(const RunContext& run, const FileTargets& targets, RepairPlan& plan) {
  const Duration begun = run.clock.Elapsed();
  const std::uint64_t planned =
      plan.assets.size() + plan.objects.size() +
      (run.options.remove_unexpected ? plan.unexpected_assets.size() + plan.unexpected_files.size() : 0);
  run.progress.OnPhaseStarted(Phase::kRepair, planned);
  auto counts = Repairer(run, targets).Run(plan);
  if (counts) {
    run.progress.OnPhaseFinished(Phase::kRepair,
                                 {.done = counts->done(), .failed = counts->failed, .expected = planned},
                                 run.clock.Elapsed() - begun);
  }
  return counts;
}

}  // namespace vams
