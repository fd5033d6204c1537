#include "local/local_edit.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "local/local_import.h"
#include "model/document.h"

namespace vams {
namespace {

constexpr ItemCount kPage{1000};
constexpr std::size_t kMostKeyBytes = 1024;

Item KeysOf(const AssetKey& key) {
  Item keys;
  keys.Set("databaseId", key.database_id);
  keys.Set("assetId", key.asset_id);
  return keys;
}

std::string Shown(const AssetKey& key) { return Printable(AssetDocumentId(key.database_id, key.asset_id)); }

std::string WithSlash(std::string_view path) {
  return path.starts_with('/') || path.empty() ? std::string(path) : "/" + std::string(path);
}

}  // namespace

Result<std::string> LocalEdit::AddBucket(const LocalBucketPlace& place, bool versioned) {
  TRY(vams_.CreateBucket({.name = place.bucket, .versioned = versioned, .topic = DefaultTopic(place.bucket)}));
  TRY_ASSIGN(const auto record, FindBucketRecord(*deployment_.buckets, place));
  if (record) return record->bucket_id;
  std::string id = BucketIdFor(place);
  TRY(vams_.PutItem(LocalTable::kBuckets, BucketItem(place, id, versioned)));
  return id;
}

Result<BucketRecord> LocalEdit::RecordFor(const AssetChange& change) const {
  if (change.place) {
    TRY_ASSIGN(auto record, FindBucketRecord(*deployment_.buckets, *change.place));
    if (record) return *std::move(record);
    return std::unexpected(MakeError(ErrorCode::kUsage, "there is no bucket record for {} with prefix {}",
                                     change.place->bucket, Printable(change.place->prefix))
                               .WithHint("'local add bucket' makes one"));
  }
  TRY_ASSIGN(BucketPage page, deployment_.buckets->Scan(std::nullopt, kPage));
  if (page.items.size() == 1) return std::move(page.items.front());
  return std::unexpected(
      MakeError(ErrorCode::kUsage, "there are {} bucket records; which one has the asset's files?", page.items.size())
          .WithHint(page.items.empty() ? "'local add bucket NAME' makes one" : "--bucket NAME"));
}

Result<bool> LocalEdit::PutAsset(const AssetChange& change) {
  TRY(RequireDatabaseId(change.key.database_id));
  TRY(RequireAssetId(change.key.asset_id));
  TRY_ASSIGN(const auto before, vams_.GetItem(LocalTable::kAssets, KeysOf(change.key)));
  Item item;
  if (before && !change.place) {
    item = *before;
    if (change.name) item.Set("assetName", *change.name);
    if (change.description) item.Set("description", *change.description);
    if (change.type) item.Set("assetType", *change.type);
    if (change.is_distributable) item.Set("isDistributable", *change.is_distributable);
    if (change.tags) {
      AttributeValue::List tags;
      for (const std::string& tag : *change.tags) tags.emplace_back(tag);
      item.Set("tags", std::move(tags));
    }
  } else {
    TRY_ASSIGN(const BucketRecord record, RecordFor(change));
    item = AssetItem({.key = change.key,
                      .name = change.name.value_or(change.key.asset_id),
                      .description = change.description.value_or(""),
                      .type = change.type.value_or("none"),
                      .is_distributable = change.is_distributable.value_or(true),
                      .tags = change.tags,
                      .bucket_id = record.bucket_id,
                      .location = NormalisedPrefix(record.base_prefix) + change.key.asset_id + "/"},
                     before);
    const Item database = DatabaseItem(change.key.database_id, "", record.bucket_id);
    TRY_ASSIGN(const auto old_database, vams_.GetItem(LocalTable::kDatabases, database));
    if (!old_database) TRY(vams_.PutItem(LocalTable::kDatabases, database));
  }
  if (!before) {
    const Item version = VersionItem(change.key.asset_id, "0", "Created", true, clock_.Now());
    TRY_ASSIGN(const auto old_version, vams_.GetItem(LocalTable::kVersions, version));
    if (!old_version) TRY(vams_.PutItem(LocalTable::kVersions, version));
  }
  TRY(vams_.PutItem(LocalTable::kAssets, item));
  return !before.has_value();
}

Status LocalEdit::ArchiveAsset(const AssetKey& key) {
  TRY_ASSIGN(Item item, FindAsset(key));
  item.Set("databaseId", key.database_id + std::string(kArchivedSuffix));
  item.Set("status", "archived");
  item.Set("archivedAt", FormatIsoMillis(clock_.Now()));
  TRY(vams_.PutItem(LocalTable::kAssets, item));
  TRY(vams_.DeleteItem(LocalTable::kAssets, KeysOf(key)));
  return {};
}

Result<ObjectRef> LocalEdit::AddFile(const FileUpload& upload) {
  TRY_ASSIGN(const Item asset, FindAsset(upload.asset));
  std::string_view path = upload.path;
  while (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return Fail(ErrorCode::kUsage, "the path of a file below its asset must not be empty");
  if (!IsUtf8(path)) return Fail(ErrorCode::kUsage, "the path '{}' is not UTF-8", Printable(path));
  const std::array bucket_ids = {std::string(StringAttribute(asset, "bucketId"))};
  TRY_ASSIGN(const auto records, deployment_.buckets->GetMany(bucket_ids));
  if (!records.front()) {
    return Fail(ErrorCode::kUsage, "the asset {} has no bucket record", Shown(upload.asset));
  }
  const AttributeValue* location = asset.Find("assetLocation");
  const AttributeMap* place = location == nullptr ? nullptr : location->As<AttributeMap>();
  std::string base(place == nullptr ? "" : StringAttribute(*place, "Key"));
  if (base.empty()) base = NormalisedPrefix(records.front()->base_prefix) + upload.asset.asset_id + "/";

  LocalObject object;
  object.ref = {records.front()->bucket_name, base + std::string(path)};
  if (object.ref.key.size() > kMostKeyBytes) {
    return Fail(ErrorCode::kUsage, "a key of {} bytes is longer than S3's 1,024", object.ref.key.size());
  }
  std::error_code error;
  const auto kind = std::filesystem::status(upload.file, error);
  if (error) return Fail(ErrorCode::kUsage, "cannot read {}: {}", Printable(upload.file.string()), error.message());
  if (!std::filesystem::is_regular_file(kind))
    return Fail(ErrorCode::kUsage, "{} is no file", Printable(upload.file.string()));
  object.content = upload.copy ? LocalObject::Content::kCopy : LocalObject::Content::kReference;
  object.file = std::filesystem::absolute(upload.file, error).string();
  object.metadata = {{"assetid", upload.asset.asset_id}, {"databaseid", upload.asset.database_id}};
  object.metadata.insert(object.metadata.end(), upload.metadata.begin(), upload.metadata.end());
  TRY(vams_.PutObject(object, EmitEvents::kYes));
  return object.ref;
}

Status LocalEdit::AddMetadata(const AssetKey& asset, std::string_view path,
                              const std::vector<std::pair<std::string, std::string>>& values) {
  TRY(FindAsset(asset));
  const std::string below = WithSlash(path);
  const Item keys = MetadataItem(asset, below, {}, std::nullopt, clock_.Now());
  TRY_ASSIGN(const auto before, vams_.GetItem(LocalTable::kMetadata, keys));
  return vams_.PutItem(LocalTable::kMetadata, MetadataItem(asset, below, values, before, clock_.Now()));
}

Status LocalEdit::AddLink(const AssetKey& from, const AssetKey& to, std::string_view relationship) {
  TRY(FindAsset(from));
  TRY(FindAsset(to));
  return vams_.PutItem(LocalTable::kLinks, LinkItem(from, to, relationship));
}

Status LocalEdit::AddVersion(const AssetKey& asset, std::string_view version_id, std::string_view comment) {
  TRY_ASSIGN(Item item, FindAsset(asset));
  const std::array ids = {asset.asset_id};
  TRY_ASSIGN(const auto versions, deployment_.side_tables->QueryVersions(ids, std::nullopt));
  std::vector<Item> changed;
  for (Item version : versions.front()) {
    if (StringAttribute(version, "assetVersionId") == version_id) continue;
    version.Set("isCurrentVersion", false);
    changed.push_back(std::move(version));
  }
  changed.push_back(VersionItem(asset.asset_id, version_id, comment, true, clock_.Now()));
  TRY(vams_.PutItems(LocalTable::kVersions, changed));
  item.Set("currentVersionId", std::string(version_id));
  return vams_.PutItem(LocalTable::kAssets, item);
}

Result<Item> LocalEdit::FindAsset(const AssetKey& key) {
  TRY_ASSIGN(auto item, vams_.GetItem(LocalTable::kAssets, KeysOf(key)));
  if (item) return *std::move(item);
  return Fail(ErrorCode::kUsage, "there is no asset {}", Shown(key));
}

}  // namespace vams
