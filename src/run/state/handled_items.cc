#include "run/state/handled_items.h"

namespace vams {
namespace {

constexpr Bytes kMemory{2 << 20};

}  // namespace

// The length of the first part stands in front, since object keys may hold any character.
std::string JoinParts(std::string_view first, std::string_view second) {
  std::string joined = std::to_string(first.size());
  joined.push_back(':');
  joined.append(first).append(second);
  return joined;
}

std::pair<std::string, std::string> SplitParts(std::string_view joined) {
  const std::size_t colon = joined.find(':');
  std::size_t first = 0;
  for (const char digit : joined.substr(0, colon)) first = first * 10 + static_cast<std::size_t>(digit - '0');
  joined.remove_prefix(colon + 1);
  return {std::string(joined.substr(0, first)), std::string(joined.substr(first))};
}

HandledItems::HandledItems(const std::filesystem::path& directory)
    : assets_(directory, "handled-assets", kMemory), objects_(directory, "handled-objects", kMemory) {}

Status HandledItems::Add(const AssetKey& key) { return assets_.Add(JoinParts(key.database_id, key.asset_id), {}); }
Status HandledItems::Add(const ObjectRef& object) { return objects_.Add(JoinParts(object.bucket, object.key), {}); }

Status HandledItems::Finish() {
  TRY(assets_.Finish());
  return objects_.Finish();
}

Status HandledItems::Rewind() {
  TRY(assets_.Rewind());
  return objects_.Rewind();
}

Result<std::optional<AssetKey>> HandledItems::NextAsset() {
  TRY_ASSIGN(const auto record, assets_.Next());
  if (!record) return std::nullopt;
  auto [database, asset] = SplitParts(record->key);
  return AssetKey{std::move(database), std::move(asset)};
}

Result<std::optional<ObjectRef>> HandledItems::NextObject() {
  TRY_ASSIGN(const auto record, objects_.Next());
  if (!record) return std::nullopt;
  auto [bucket, key] = SplitParts(record->key);
  return ObjectRef{std::move(bucket), std::move(key)};
}

}  // namespace vams
