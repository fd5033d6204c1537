#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/asset.h"
#include "model/attribute_value.h"

// The items that VAMS itself would write, for filling an embedded one (docs/reference/vams-behaviour.md, section 1).
namespace vams {

// A bucket record's name and prefix: the prefix as it is stored ("/" for the whole bucket, else without a slash in
// front and with one at the end).
struct LocalBucketPlace {
  std::string bucket;
  std::string prefix = "/";
  std::string key_prefix() const { return NormalisedPrefix(prefix); }
};
// kUsage: no name that S3 allows, or a prefix that is no UTF-8 or too long.
Result<LocalBucketPlace> MakeLocalBucketPlace(std::string_view bucket, std::string_view prefix);
// The id of a bucket record that is made here: the same for the same place.
std::string BucketIdFor(const LocalBucketPlace& place);
Item BucketItem(const LocalBucketPlace& place, std::string_view bucket_id, bool versioned);

// kUsage with the rule (section 3.3). An asset id must also be ASCII, since files name it in their metadata.
Status RequireDatabaseId(std::string_view id);
Status RequireAssetId(std::string_view id);
// `name` where it is a good asset id, else an ASCII one made from it, the same for the same name.
std::string AssetIdFor(std::string_view name);

struct AssetFacts {
  AssetKey key;
  std::string name;
  std::string description;
  std::string type;  // "none", "folder" or ".ext"
  bool is_distributable = true;
  std::optional<std::vector<std::string>> tags;  // nullopt: as they were, none for a new asset
  std::string bucket_id;
  std::string location;  // key prefix that the asset's files have, with a slash at the end
};
// The item of the asset, with everything else that `before` holds kept.
Item AssetItem(const AssetFacts& facts, const std::optional<Item>& before);

Item DatabaseItem(std::string_view database_id, std::string_view description, std::string_view bucket_id);
Item VersionItem(std::string_view asset_id, std::string_view version_id, std::string_view comment, bool current,
                 UtcTime now);
Item LinkItem(const AssetKey& from, const AssetKey& to, std::string_view relationship);

// `path`: "" for the asset's own metadata, else "/path/of/file". Values are added to those of `before`.
Item MetadataItem(const AssetKey& asset, std::string_view path,
                  const std::vector<std::pair<std::string, std::string>>& values, const std::optional<Item>& before,
                  UtcTime now);

// "a,b, c" -> {"a", "b", "c"}; empty parts are left out.
std::vector<std::string> SplitTags(std::string_view text);

}  // namespace vams
