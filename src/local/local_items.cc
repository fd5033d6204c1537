#include "local/local_items.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "documents/request_checks.h"

namespace vams {
namespace {

constexpr std::string_view kSlugSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::size_t kSlugLength = 40;
constexpr std::size_t kSlugDigest = 8;
constexpr std::size_t kMostKeyBytes = 1024;

// In the form of a UUID, since that is what VAMS makes.
std::string UuidFrom(std::string_view text) {
  const std::string hex = Sha256Hex(text);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20, 12));
}

std::string WithoutZone(UtcTime t) {
  std::string text = FormatPythonIso(t);
  text.resize(text.size() - std::string_view("+00:00").size());
  return text;
}

bool IsPrintableAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<LocalBucketPlace> MakeLocalBucketPlace(std::string_view bucket, std::string_view prefix) {
  const bool letters = std::ranges::all_of(
      bucket, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
  const auto is_end = [](char c) { return c != '-' && c != '.'; };
  if (bucket.size() < 3 || bucket.size() > 63 || !letters || !is_end(bucket.front()) || !is_end(bucket.back())) {
    return Fail(
        ErrorCode::kUsage,
        "'{}' is no name of a bucket: 3 to 63 small letters, digits, '-' and '.', a letter or digit at both ends",
        Printable(bucket));
  }
  if (!IsUtf8(prefix)) return Fail(ErrorCode::kUsage, "the prefix '{}' is not UTF-8", Printable(prefix));
  LocalBucketPlace place{.bucket = std::string(bucket), .prefix = std::string(prefix)};
  place.prefix.erase(0, std::min(place.prefix.find_first_not_of('/'), place.prefix.size()));
  if (!place.prefix.ends_with('/')) place.prefix += '/';
  if (place.prefix.size() > kMostKeyBytes / 2) {
    return Fail(ErrorCode::kUsage, "a prefix of {} bytes leaves too little of a key's 1,024", place.prefix.size());
  }
  return place;
}

std::string BucketIdFor(const LocalBucketPlace& place) {
  return UuidFrom("bucket:" + place.bucket + ":" + place.prefix);
}

Item BucketItem(const LocalBucketPlace& place, std::string_view bucket_id, bool versioned) {
  Item item;
  item.Set("bucketId", std::string(bucket_id));
  item.Set("bucketName:baseAssetsPrefix", place.bucket + ":" + place.prefix);
  item.Set("bucketName", place.bucket);
  item.Set("baseAssetsPrefix", place.prefix);
  item.Set("isVersioningEnabled", versioned);
  return item;
}

Status RequireDatabaseId(std::string_view id) {
  const auto wrong = CheckDatabaseId(id);
  return wrong ? Status(Fail(ErrorCode::kUsage, "'{}': {}", Printable(id), *wrong)) : Status();
}

Status RequireAssetId(std::string_view id) {
  if (!IsPrintableAscii(id)) {
    return Fail(ErrorCode::kUsage, "'{}': the asset id must be ASCII, since files name it in their metadata",
                Printable(id));
  }
  const auto wrong = CheckAssetId(id);
  return wrong ? Status(Fail(ErrorCode::kUsage, "'{}': {}", Printable(id), *wrong)) : Status();
}

std::string AssetIdFor(std::string_view name) {
  if (RequireAssetId(name)) return std::string(name);
  std::string slug;
  for (const char c : name) {
    if (kSlugSafe.find(c) != std::string_view::npos && c != '-') {
      slug.push_back(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
    if (slug.size() == kSlugLength) break;
  }
  if (slug.empty()) slug = "asset";
  if (!slug.ends_with('-')) slug.push_back('-');
  // The digest keeps apart what the slug cannot.
  return slug + Sha256Hex(name).substr(0, kSlugDigest);
}

Item AssetItem(const AssetFacts& facts, const std::optional<Item>& before) {
  Item item = before.value_or(Item());
  item.Set("databaseId", facts.key.database_id);
  item.Set("assetId", facts.key.asset_id);
  item.Set("assetName", facts.name);
  if (!facts.description.empty() || item.Find("description") == nullptr) item.Set("description", facts.description);
  item.Set("isDistributable", facts.is_distributable);
  if (facts.tags || item.Find("tags") == nullptr) {
    AttributeValue::List tags;
    for (const std::string& tag : facts.tags.value_or(std::vector<std::string>())) tags.emplace_back(tag);
    item.Set("tags", std::move(tags));
  }
  item.Set("assetType", facts.type);
  item.Set("bucketId", facts.bucket_id);
  AttributeMap location;
  location.Set("Key", facts.location);
  item.Set("assetLocation", std::move(location));
  if (item.Find("currentVersionId") == nullptr) item.Set("currentVersionId", "0");
  return item;
}

Item DatabaseItem(std::string_view database_id, std::string_view description, std::string_view bucket_id) {
  Item item;
  item.Set("databaseId", std::string(database_id));
  item.Set("description", std::string(description));
  item.Set("defaultBucketId", std::string(bucket_id));
  return item;
}

Item VersionItem(std::string_view asset_id, std::string_view version_id, std::string_view comment, bool current,
                 UtcTime now) {
  Item item;
  item.Set("assetId", std::string(asset_id));
  item.Set("assetVersionId", std::string(version_id));
  item.Set("dateCreated", WithoutZone(now));
  item.Set("comment", std::string(comment));
  item.Set("isCurrentVersion", current);
  return item;
}

Item LinkItem(const AssetKey& from, const AssetKey& to, std::string_view relationship) {
  const std::string from_key = from.database_id + ":" + from.asset_id;
  const std::string to_key = to.database_id + ":" + to.asset_id;
  Item item;
  item.Set("assetLinkId", UuidFrom("link:" + from_key + "\n" + to_key + "\n" + std::string(relationship)));
  item.Set("fromAssetDatabaseId:fromAssetId", from_key);
  item.Set("toAssetDatabaseId:toAssetId", to_key);
  item.Set("fromAssetDatabaseId", from.database_id);
  item.Set("fromAssetId", from.asset_id);
  item.Set("toAssetDatabaseId", to.database_id);
  item.Set("toAssetId", to.asset_id);
  item.Set("relationshipType", std::string(relationship));
  item.Set("tags", AttributeValue::List());
  return item;
}

Item MetadataItem(const AssetKey& asset, std::string_view path,
                  const std::vector<std::pair<std::string, std::string>>& values, const std::optional<Item>& before,
                  UtcTime now) {
  Item item = before.value_or(Item());
  item.Set("databaseId", asset.database_id);
  item.Set("assetId", path.empty() ? asset.asset_id : "/" + asset.asset_id + std::string(path));
  for (const auto& [name, value] : values) item.Set(name, value);
  item.Set("_metadata_last_updated", FormatPythonIso(now));
  return item;
}

std::vector<std::string> SplitTags(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view part : Split(text, ',')) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) out.emplace_back(part);
  }
  return out;
}

}  // namespace vams
