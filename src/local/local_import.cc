#include "local/local_import.h"

#include <algorithm>
#include <span>
#include <utility>

#include "indexers/stream_consumer.h"

namespace vams {
namespace {

constexpr std::size_t kObjectsAtOnce = 500;
constexpr std::size_t kAssetsAtOnce = 500;
constexpr ItemCount kPage{1000};

class Import {
 public:
  Import(const ImportRequest& request, const ImportPlan& plan, LocalVams& vams, Clock& clock, Progress& progress,
         const StopFlag& stop)
      : request_(request), plan_(plan), vams_(vams), clock_(clock), progress_(progress), stop_(stop) {}

  Status Bucket(BucketTable& buckets) {
    TRY_ASSIGN(const auto record, FindBucketRecord(buckets, request_.place));
    TRY_ASSIGN(const LocalStatus status, vams_.ReadStatus());
    const auto there =
        std::ranges::find(status.buckets, request_.place.bucket, [](const LocalStatus::Bucket& b) { return b.name; });
    if (there == status.buckets.end()) {
      TRY(vams_.CreateBucket(
          {.name = request_.place.bucket, .versioned = false, .topic = DefaultTopic(request_.place.bucket)}));
      result_.new_bucket = true;
    }
    result_.bucket_id = record ? record->bucket_id : BucketIdFor(request_.place);
    const bool versioned = there != status.buckets.end() && there->versioned;
    if (!record) {
      TRY(vams_.PutItem(LocalTable::kBuckets, BucketItem(request_.place, result_.bucket_id, versioned)));
    }
    Item database = DatabaseItem(request_.database, "Imported", result_.bucket_id);
    TRY_ASSIGN(const auto before, vams_.GetItem(LocalTable::kDatabases, database));
    if (!before) TRY(vams_.PutItem(LocalTable::kDatabases, database));
    return {};
  }

  Status Objects() {
    std::vector<LocalObject> batch;
    for (const ImportedAsset& asset : plan_.assets) {
      for (const ImportedFile& file : asset.files) {
        batch.push_back(ObjectOf(asset, file));
        if (batch.size() == kObjectsAtOnce) TRY(Put(batch));
        if (stop_.requested()) return {};
      }
    }
    return Put(batch);
  }

  Status Assets() {
    std::vector<Item> assets;
    std::vector<Item> versions;
    for (const ImportedAsset& asset : plan_.assets) {
      if (stop_.requested()) return {};
      AssetFacts facts{.key = {request_.database, asset.id},
                       .name = asset.name,
                       .description = "",
                       .type = AssetTypeOf(asset.files),
                       .is_distributable = true,
                       .tags = request_.tags,
                       .bucket_id = result_.bucket_id,
                       .location = request_.place.key_prefix() + asset.id + "/"};
      Item item = AssetItem(facts, std::nullopt);
      TRY_ASSIGN(const auto before, vams_.GetItem(LocalTable::kAssets, item));
      ++(before ? result_.updated_assets : result_.new_assets);
      if (before) item = AssetItem(facts, before);
      assets.push_back(std::move(item));
      Item version = VersionItem(asset.id, "0", "Imported", true, clock_.Now());
      TRY_ASSIGN(const auto old_version, vams_.GetItem(LocalTable::kVersions, version));
      if (!old_version) versions.push_back(std::move(version));
      if (assets.size() == kAssetsAtOnce) TRY(PutRecords(assets, versions));
    }
    return PutRecords(assets, versions);
  }

  ImportResult&& result() && { return std::move(result_); }
  const PhaseCounts& counts() const { return counts_; }

 private:
  LocalObject ObjectOf(const ImportedAsset& asset, const ImportedFile& file) const {
    LocalObject object;
    object.ref = {request_.place.bucket, request_.place.key_prefix() + asset.id + "/" + file.path};
    object.content = request_.copy ? LocalObject::Content::kCopy : LocalObject::Content::kReference;
    object.file = file.file;
    object.size = file.size;
    object.metadata = {{"assetid", asset.id}, {"databaseid", request_.database}};
    return object;
  }

  // As before a migration, nobody hears of the files.
  Status Put(std::vector<LocalObject>& batch) {
    TRY(vams_.PutObjects(batch, EmitEvents::kNo));
    for (const LocalObject& object : batch) result_.bytes += object.size;
    result_.files += batch.size();
    batch.clear();
    counts_ = {.done = result_.files, .expected = plan_.files};
    progress_.OnAdvanced(Phase::kImport, counts_);
    return {};
  }

  Status PutRecords(std::vector<Item>& assets, std::vector<Item>& versions) {
    TRY(vams_.PutItems(LocalTable::kVersions, versions));
    TRY(vams_.PutItems(LocalTable::kAssets, assets));
    versions.clear();
    assets.clear();
    return {};
  }

  const ImportRequest& request_;
  const ImportPlan& plan_;
  LocalVams& vams_;
  Clock& clock_;
  Progress& progress_;
  const StopFlag& stop_;
  ImportResult result_;
  PhaseCounts counts_;
};

bool HasPending(const LocalStatus& status) {
  const bool behind = std::ranges::any_of(status.consumers, [](const auto& c) { return c.backlog > 0; });
  const bool unread = status.consumers.empty() && status.stream_records > 0;
  return behind || unread || status.queue_visible + status.queue_in_flight > 0;
}

}  // namespace

Result<ImportResult> RunImport(const ImportRequest& request, const ImportPlan& plan, LocalVams& vams,
                               BucketTable& buckets, Clock& clock, Progress& progress, const StopFlag& stop) {
  const Duration begun = clock.Elapsed();
  TRY_ASSIGN(const LocalStatus before, vams.ReadStatus());
  // What somebody added to a living VAMS still has to reach the indexers.
  const bool pending = HasPending(before);
  Import import(request, plan, vams, clock, progress, stop);
  progress.OnPhaseStarted(Phase::kImport, plan.files);
  TRY(import.Bucket(buckets));
  TRY(import.Objects());
  TRY(import.Assets());
  if (!pending) TRY(vams.SkipPending(std::string(kStreamConsumerName)));
  progress.OnPhaseFinished(Phase::kImport, import.counts(), clock.Elapsed() - begun);
  ImportResult result = std::move(import).result();
  result.left_pending = pending;
  result.interrupted = stop.requested();
  return result;
}

Result<std::optional<BucketRecord>> FindBucketRecord(BucketTable& buckets, const LocalBucketPlace& place) {
  std::optional<Cursor> from;
  do {
    TRY_ASSIGN(BucketPage page, buckets.Scan(from, kPage));
    for (BucketRecord& record : page.items) {
      if (record.bucket_name == place.bucket && NormalisedPrefix(record.base_prefix) == place.key_prefix()) {
        return std::optional(std::move(record));
      }
    }
    from = std::move(page.next);
  } while (from);
  return std::nullopt;
}

}  // namespace vams
