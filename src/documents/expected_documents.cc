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

// A bucket record below whose prefix a key lies, and the asset id that bucket sync reads from the key.
struct BucketPlace {
  const BucketDetails* record;
  std::string_view asset_id;
  bool operator==(const BucketPlace&) const = default;
};

void PlacesOf(std::string_view key, const std::vector<BucketDetails>& records, std::vector<BucketPlace>& places) {
  const auto covers = [&](const BucketDetails& record) { return key.starts_with(record.prefix); };
  const bool any_found =
      std::ranges::any_of(records, [&](const BucketDetails& r) { return r.found_by_sync && covers(r); });
  places.clear();
  for (const BucketDetails& record : records) {
    if (covers(record) && (record.found_by_sync || !any_found)) {
      places.push_back({&record, SyncAssetId(key, record.prefix)});
    }
  }
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
                                                                             std::span<const ObjectEntry> entries,
                                                                             std::span<const AssetKey* const> named) {
  return impl_->files.DecideWithoutDocuments(bucket, entries, named);
}

Result<std::vector<ExpectedDocuments::PlacesOfKey>> ExpectedDocuments::SyncPlaces(
    std::string_view bucket, std::span<const std::string_view> keys) {
  TRY_ASSIGN(const auto records, impl_->rows.BucketsNamed(bucket));
  // Keys whose places are the same, one after the other: of each the records and the asset ids below them.
  std::vector<std::vector<SyncPlace>> groups;
  std::vector<BucketPlace> last;
  std::vector<BucketPlace> here;
  std::vector<std::size_t> group_of(keys.size());
  std::vector<BucketAsset> wanted;
  std::vector<std::pair<std::size_t, std::size_t>> of_wanted;  // group, place
  for (std::size_t i = 0; i < keys.size(); ++i) {
    PlacesOf(keys[i], records, here);
    if (groups.empty() || here != last) {
      std::vector<SyncPlace>& places = groups.emplace_back();
      for (const auto& [record, asset_id] : here) {
        if (SyncTakesAssetId(asset_id)) {
          wanted.push_back({record->id, std::string(asset_id)});
          of_wanted.emplace_back(groups.size() - 1, places.size());
        }
        places.push_back({.prefix = record->prefix, .owners = {}, .found = record->found_by_sync});
      }
      std::swap(last, here);
    }
    group_of[i] = groups.size() - 1;
  }
  TRY_ASSIGN(const auto found, impl_->rows.AssetsInBuckets(wanted));
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    const auto [group, place] = of_wanted[n];
    for (const AssetRecord& record : *found[n]) groups[group][place].owners.push_back(record.key);
  }
  std::vector<PlacesOfKey> shared;
  shared.reserve(groups.size());
  for (auto& places : groups) shared.push_back(std::make_shared<const std::vector<SyncPlace>>(std::move(places)));
  std::vector<PlacesOfKey> answer;
  answer.reserve(keys.size());
  for (const std::size_t group : group_of) answer.push_back(shared[group]);
  return answer;
}

void ExpectedDocuments::Forget() { impl_->rows.Forget(); }

}  // namespace vams
