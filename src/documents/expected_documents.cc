#include "documents/expected_documents.h"

#include <algorithm>
#include <utility>

#include "documents/asset_loader.h"

namespace vams {

struct ExpectedDocuments::Impl {
  Impl(const SourcePorts& source, Compatibility compatibility)
      : rows(source.assets, source.buckets), assets(source, rows, compatibility), files(source, rows, compatibility) {}

  SourceRows rows;
  AssetLoader assets;
  FileLoader files;
};

namespace {

std::vector<ObjectNotice> NoticesOf(std::string_view bucket, std::span<const ObjectEntry> entries) {
  std::vector<ObjectNotice> notices;
  notices.reserve(entries.size());
  for (const ObjectEntry& entry : entries) {
    notices.push_back(
        {.object = {.bucket = std::string(bucket), .key = entry.key}, .head = entry.head ? &*entry.head : nullptr});
  }
  return notices;
}

}  // namespace

ExpectedDocuments::ExpectedDocuments(const SourcePorts& source, Compatibility compatibility)
    : impl_(std::make_unique<Impl>(source, compatibility)) {}
ExpectedDocuments::~ExpectedDocuments() = default;

Result<std::vector<Decision>> ExpectedDocuments::ForAssets(std::span<const AssetRecord> records) {
  std::vector<Decision> decisions(records.size());
  std::vector<AssetRequest> requests;
  std::vector<std::size_t> of_request;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].key.database_id.empty() || records[i].key.asset_id.empty()) {
      decisions[i] = SkipVerdict("no-ids", "the record has no databaseId or no assetId").decision;
      continue;
    }
    requests.push_back({.key = records[i].key, .row = &records[i].item});
    of_request.push_back(i);
  }
  TRY_ASSIGN(auto verdicts, impl_->assets.Decide(requests));
  for (std::size_t n = 0; n < verdicts.size(); ++n) decisions[of_request[n]] = std::move(verdicts[n].decision);
  return decisions;
}

Result<std::vector<Decision>> ExpectedDocuments::ForObjects(std::string_view bucket,
                                                            std::span<const ObjectEntry> entries) {
  const auto notices = NoticesOf(bucket, entries);
  TRY_ASSIGN(auto verdicts, impl_->files.DecideObjects(notices));
  std::vector<Decision> decisions;
  decisions.reserve(entries.size());
  for (FileVerdicts& verdict : verdicts) {
    // Where a removed object may have had several documents, none of them is expected: the first stands for all.
    decisions.push_back(
        verdict ? std::move(verdict->front().decision)
                : ErrorVerdict(FailureStage::kEvent, kObjectUnreadable, std::move(verdict.error().message)).decision);
  }
  return decisions;
}

Result<std::vector<Result<ObjectDecision>>> ExpectedDocuments::DecideObjects(std::string_view bucket,
                                                                             std::span<const ObjectEntry> entries) {
  return impl_->files.DecideWithoutDocuments(NoticesOf(bucket, entries));
}

Result<std::vector<std::vector<SyncPlace>>> ExpectedDocuments::SyncPlaces(std::string_view bucket,
                                                                          std::span<const std::string_view> keys) {
  TRY_ASSIGN(auto records, impl_->rows.BucketsNamed(bucket));
  std::vector<std::vector<SyncPlace>> places(keys.size());
  std::vector<BucketAsset> wanted;
  std::vector<std::pair<std::size_t, std::size_t>> of_wanted;  // key, place
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto covers = [&](const BucketDetails& record) { return keys[i].starts_with(record.prefix); };
    const bool any_found =
        std::ranges::any_of(records, [&](const BucketDetails& r) { return r.found_by_sync && covers(r); });
    for (const BucketDetails& record : records) {
      if (!covers(record) || (any_found && !record.found_by_sync)) continue;
      const std::string_view asset_id = SyncAssetId(keys[i], record.prefix);
      if (SyncTakesAssetId(asset_id)) {
        wanted.push_back({record.id, std::string(asset_id)});
        of_wanted.emplace_back(i, places[i].size());
      }
      places[i].push_back({.prefix = record.prefix, .owners = {}, .found = record.found_by_sync});
    }
  }
  TRY_ASSIGN(const auto found, impl_->rows.AssetsInBuckets(wanted));
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    const auto [key, place] = of_wanted[n];
    for (const AssetRecord& record : *found[n]) places[key][place].owners.push_back(record.key);
  }
  return places;
}

void ExpectedDocuments::Forget() { impl_->rows.Forget(); }

}  // namespace vams
