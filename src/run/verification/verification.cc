#include "run/verification/verification.h"

#include <map>
#include <optional>

#include "base/text.h"
#include "run/context/selection.h"
#include "run/decisions/classify_objects.h"
#include "run/verification/document_sources.h"
#include "run/verification/index_verifier.h"
#include "source/asset_scan.h"
#include "source/object_scan.h"

namespace vams {
namespace {

constexpr Bytes kRepairMemory{1 << 20};
constexpr std::uint64_t kBatch = 500;
constexpr std::uint64_t kListPage = 1000;

// What was sent stays sent: an outage must not take from a long run the proof of it.
constexpr Duration kPatience = std::chrono::minutes(15);

// While it lives, services that have answered are waited for.
class Patient {
 public:
  explicit Patient(const Deployment& deployment) : be_patient_(deployment.be_patient) {
    if (be_patient_) be_patient_(kPatience);
  }
  ~Patient() {
    if (be_patient_) be_patient_(Duration{0});
  }
  Patient(const Patient&) = delete;
  Patient& operator=(const Patient&) = delete;

 private:
  const std::function<void(Duration)> be_patient_;
};

using Documents = IndexVerifier::Documents;
using Take = std::function<Status(const Documents&)>;

SourcePorts SourcesOf(const Deployment& deployment) {
  return {*deployment.assets, *deployment.buckets, *deployment.side_tables, *deployment.objects};
}

// The sources of both indexes, read through one set of look-ups at a time.
class Sources {
 public:
  Sources(const RunContext& run, HandledItems* handled)
      : run_(run), handled_(handled), expected_(SourcesOf(run.deployment), run.options.EffectiveCompatibility()) {}

  Status Assets(const Take& take) { return handled_ == nullptr ? AllAssets(take) : HandledAssets(take); }
  // Buckets whose objects are not known, and objects that could not be read; complete once Objects() has returned.
  std::uint64_t unreadable() const { return unreadable_; }
  Status Objects(const Take& take) { return handled_ == nullptr ? AllObjects(take) : HandledObjects(take); }

  Result<std::vector<Decision>> RemakeAssets(const std::vector<std::string>& locators) {
    expected_.Forget();
    std::vector<AssetKey> keys;
    for (const std::string& locator : locators) {
      auto [database, asset] = SplitParts(locator);
      keys.push_back({std::move(database), std::move(asset)});
    }
    TRY_ASSIGN(auto found, run_.deployment.assets->GetMany(keys));
    std::vector<Decision> decisions(keys.size(), Decision{.rule = "asset-absent"});
    std::vector<AssetRecord> records;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) continue;
      records.push_back(std::move(*found[i]));
      places.push_back(i);
    }
    TRY_ASSIGN(auto made, expected_.ForAssets(records));
    for (std::size_t i = 0; i < made.size(); ++i) decisions[places[i]] = std::move(made[i]);
    return decisions;
  }

  Result<std::vector<Decision>> RemakeObjects(const std::vector<std::string>& locators) {
    expected_.Forget();
    std::vector<ObjectRef> refs;
    for (const std::string& locator : locators) {
      auto [bucket, key] = SplitParts(locator);
      refs.push_back({std::move(bucket), std::move(key)});
    }
    std::vector<Decision> decisions(refs.size(), Decision{.rule = "object-absent"});
    TRY(ForRefs(refs, [&](std::size_t i, Decision decision) { decisions[i] = std::move(decision); }));
    return decisions;
  }

 private:
  Status AllAssets(const Take& take) {
    const AssetScanPlan plan{.segments = 1, .page = ItemCount{kBatch}, .batch = ItemCount{kBatch}};
    return ScanAssets(*run_.deployment.assets, plan, run_.stop, [&](std::vector<AssetRecord> records) -> Result<bool> {
      std::erase_if(records, [&](const AssetRecord& r) { return !Selects(run_.options.selection, r.key); });
      TRY(TakeRecords(records, take));
      return true;
    });
  }

  Status TakeRecords(const std::vector<AssetRecord>& records, const Take& take) {
    TRY_ASSIGN(auto decisions, expected_.ForAssets(records));
    Documents documents;
    documents.reserve(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      documents.push_back({JoinParts(records[i].key.database_id, records[i].key.asset_id), std::move(decisions[i])});
    }
    return take(documents);
  }

  Status HandledAssets(const Take& take) {
    for (bool more = true; more;) {
      std::vector<std::string> locators;
      while (more && locators.size() < kBatch) {
        TRY_ASSIGN(auto key, handled_->NextAsset());
        more = key.has_value();
        if (key) locators.push_back(JoinParts(key->database_id, key->asset_id));
      }
      TRY(TakeLocators(locators, RemakeAssets(locators), take));
    }
    return {};
  }

  Status HandledObjects(const Take& take) {
    for (bool more = true; more;) {
      std::vector<std::string> locators;
      while (more && locators.size() < kBatch) {
        TRY_ASSIGN(auto object, handled_->NextObject());
        more = object.has_value();
        if (object) locators.push_back(JoinParts(object->bucket, object->key));
      }
      TRY(TakeLocators(locators, RemakeObjects(locators), take));
    }
    return {};
  }

  static Status TakeLocators(const std::vector<std::string>& locators, Result<std::vector<Decision>> decisions,
                             const Take& take) {
    TRY(decisions);
    Documents documents;
    for (std::size_t i = 0; i < locators.size(); ++i) documents.push_back({locators[i], std::move((*decisions)[i])});
    return take(documents);
  }

  Status AllObjects(const Take& take) {
    TRY_ASSIGN(const LocationPlan plan, PlanLocations(*run_.deployment.buckets));
    for (const ObjectLocation& location : plan.locations) {
      if (!Selects(run_.options.selection, location)) continue;
      const Status listed =
          ListObjects(*run_.deployment.objects, location, run_.options.selection.prefix.value_or(""),
                      ItemCount{kListPage}, run_.stop, [&](std::vector<ObjectEntry> entries) -> Result<bool> {
                        TRY(TakeEntries(location.bucket, std::move(entries), take));
                        return true;
                      });
      if (!listed) TRY(CannotList(location.bucket, listed.error()));
    }
    return {};
  }

  // A record may name a bucket that is gone or closed to us. That is no reason not to verify the others.
  Status CannotList(const std::string& bucket, const Error& error) {
    if (error.code != ErrorCode::kNotFound && error.code != ErrorCode::kAccessDenied) {
      return std::unexpected(Error(error).In(bucket));
    }
    ++unreadable_;
    run_.findings.Add({IndexKind::kFiles, bucket, FindingKind::kFailed, "the bucket cannot be listed", error.message});
    run_.log.Error("Cannot verify the files of bucket {}: {}", bucket, error.message);
    return {};
  }

  // Neither is one object; but what its document should be is not known, and so no document may count as without a
  // source.
  void CannotRead(const std::string& object, const std::string& why) {
    ++unreadable_;
    run_.findings.Add({IndexKind::kFiles, object, FindingKind::kFailed, "the object cannot be read", why});
    run_.log.Error("Cannot verify the file {}: {}", Printable(object), why);
  }

  Status TakeEntries(const std::string& bucket, std::vector<ObjectEntry> entries, const Take& take) {
    std::erase_if(entries, [&](const ObjectEntry& e) { return !Selects(run_.options.selection, e); });
    TRY_ASSIGN(auto decisions, expected_.ForObjects(bucket, entries));
    Documents documents;
    documents.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (decisions[i].rule == kObjectUnreadable) {
        CannotRead(bucket + "/" + entries[i].key, decisions[i].message);
        continue;
      }
      if (!MaySelectDocument(run_.options.selection, decisions[i].document.id) &&
          decisions[i].kind == Decision::Kind::kIndex) {
        continue;
      }
      documents.push_back({JoinParts(bucket, entries[i].key), std::move(decisions[i])});
    }
    return take(documents);
  }

  // Decides for each object as it is now; `settle` is called for those that exist.
  Status ForRefs(const std::vector<ObjectRef>& refs, const std::function<void(std::size_t, Decision)>& settle) {
    TRY_ASSIGN(auto heads, run_.deployment.objects->HeadMany(refs));
    std::map<std::string, std::pair<std::vector<std::size_t>, std::vector<ObjectEntry>>> by_bucket;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      TRY(heads[i]);
      if (!*heads[i]) continue;
      ObjectHead& head = **heads[i];
      auto& [places, entries] = by_bucket[refs[i].bucket];
      places.push_back(i);
      entries.push_back({refs[i].key, head.size, head.last_modified, head.etag, std::move(head)});
    }
    for (auto& [bucket, group] : by_bucket) {
      auto& [places, entries] = group;
      TRY_ASSIGN(auto made, expected_.ForObjects(bucket, entries));
      TRY(NameUndelivered(bucket, entries, made));
      for (std::size_t i = 0; i < made.size(); ++i) settle(places[i], std::move(made[i]));
    }
    return {};
  }

  // An object of which no event is sent, or arrives, was never told of; that is the cause where its document is absent.
  Status NameUndelivered(const std::string& bucket, const std::vector<ObjectEntry>& entries,
                         std::vector<Decision>& decisions) {
    std::vector<AssetKey> assets;
    std::vector<NamedObject> named;
    std::vector<std::size_t> of_named;
    assets.reserve(entries.size());  // `named` refers to them
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (decisions[i].kind != Decision::Kind::kIndex) continue;
      const auto text = [&](std::string_view name) {
        const std::string* value = entries[i].head->FindMetadata(name);
        return value == nullptr ? std::string() : *value;
      };
      assets.push_back({text("databaseid"), text("assetid")});
      named.push_back({entries[i].key, assets.back()});
      of_named.push_back(i);
    }
    TRY_ASSIGN(const auto hazards, HazardsOf(run_, expected_, bucket, named));
    for (std::size_t n = 0; n < hazards.size(); ++n) {
      if (hazards[n]) decisions[of_named[n]].undelivered = CauseOf(*hazards[n]);
    }
    return {};
  }

  const RunContext& run_;
  HandledItems* handled_;
  ExpectedDocuments expected_;
  std::uint64_t unreadable_ = 0;
};

// What both indexes hold of documents outside the compared objects cannot be told by id where only a part of a bucket
// is selected.
bool CanJudgeUnexpected(const Selection& selection) {
  return !selection.bucket && !selection.prefix && !selection.since;
}

}  // namespace

RepairPlan::RepairPlan(const std::filesystem::path& directory)
    : assets(directory, "repair-assets", kRepairMemory),
      objects(directory, "repair-objects", kRepairMemory),
      unexpected_assets(directory, "repair-unexpected-assets", kRepairMemory),
      unexpected_files(directory, "repair-unexpected-files", kRepairMemory) {}

Result<VerificationReport> Verify(const RunContext& run, const VerificationInput& input) {
  const Duration begun = run.clock.Elapsed();
  VerificationReport report;
  report.timestamp = run.clock.Now();
  report.scope = input.handled != nullptr ? "what this run handled" : Describe(run.options.selection);
  run.progress.OnPhaseStarted(Phase::kVerify, 0);

  const Patient patient(run.deployment);
  Sources sources(run, input.handled);
  const Selection& selection = run.options.selection;
  const auto verify = [&](IndexKind kind, SearchIndex& index, IndexVerifier::Source source,
                          IndexVerifier::Remake remake) -> Result<IndexReport> {
    IndexVerifier verifier(
        run, input,
        {.kind = kind,
         .index = index,
         .source = std::move(source),
         .remake = std::move(remake),
         .locate = [&run, kind](const auto& ids) { return LocatorsOf(kind, SourcesOf(run.deployment), ids); },
         .why_unexpected = [&run,
                            kind](const std::string& id) { return WhyUnexpected(*run.deployment.assets, kind, id); },
         .only_expected = input.handled != nullptr,
         .judge_unexpected =
             [&sources, kind, &selection] {
               return kind == IndexKind::kAssets || (CanJudgeUnexpected(selection) && sources.unreadable() == 0);
             }});
    return verifier.Run();
  };
  // A refresh that fails only delays what is seen; the second look at each difference decides.
  static_cast<void>(run.deployment.asset_index->Refresh());
  static_cast<void>(run.deployment.file_index->Refresh());
  TRY_ASSIGN(report.asset_index, verify(
                                     IndexKind::kAssets, *run.deployment.asset_index,
                                     [&](const Take& take) { return sources.Assets(take); },
                                     [&](const std::vector<std::string>& l) { return sources.RemakeAssets(l); }));
  run.progress.OnAdvanced(Phase::kVerify, {.done = report.asset_index.expected});
  TRY_ASSIGN(report.file_index,
             verify(
                 IndexKind::kFiles, *run.deployment.file_index, [&](const Take& take) { return sources.Objects(take); },
                 [&](const std::vector<std::string>& l) { return sources.RemakeObjects(l); }));
  report.file_index.failed = sources.unreadable();
  const std::uint64_t looked_at = report.asset_index.expected + report.file_index.expected;
  run.progress.OnAdvanced(Phase::kVerify, {.done = looked_at, .expected = looked_at});

  report.took = run.clock.Elapsed() - begun;
  const auto tolerable = [&](const IndexReport& index) {
    if (index.clean()) return true;
    return index.exists && index.failed == 0 && run.options.tolerance_percent > 0 &&
           index.success_rate() >= 100.0 - run.options.tolerance_percent;
  };
  report.overall_success = tolerable(report.asset_index) && tolerable(report.file_index);
  run.progress.OnPhaseFinished(Phase::kVerify, {.done = looked_at, .expected = looked_at}, report.took);
  return report;
}

}  // namespace vams
