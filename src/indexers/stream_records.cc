#include "indexers/stream_records.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "indexers/python_json.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;
using Text = RecordImage::Text;

constexpr std::string_view kFromKey = "fromAssetDatabaseId:fromAssetId";
constexpr std::string_view kToKey = "toAssetDatabaseId:toAssetId";

Verdict NoImage() { return SkipVerdict("no-image", "No record data, skipping"); }
Verdict NoIds() { return SkipVerdict("no-ids", "Missing IDs, skipping"); }
Verdict Broken(std::string_view what) {
  return ErrorVerdict(FailureStage::kEvent, "bad-record", "the stream record has " + std::string(what));
}

bool IsEventName(const Json& record, std::string_view name) {
  const Json* value = python::Get(record, "eventName");
  return value != nullptr && value->is_string() && value->get_ref<const std::string&>() == name;
}

bool IsThere(const Text& text) { return text.kind != Text::Kind::kNone; }
bool IsText(const Text& text) { return text.kind == Text::Kind::kText; }
// A model takes numbers and booleans for text.
bool FitsModel(const Text& text) { return text.kind == Text::Kind::kText || text.kind == Text::Kind::kNoText; }

std::optional<AssetKey> SplitLinkKey(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return AssetKey{std::string(key.substr(0, colon)), std::string(key.substr(colon + 1))};
}

// Python's `'/' in container`, of its JSON: a member or a name that is just that.
bool HoldsSlash(const std::string& container) {
  const Json json = Json::parse(container);
  return json.is_object() ? json.contains("/") : std::ranges::find(json, Json("/")) != json.end();
}

// Repaired: 'asset/' and '/asset/' are the asset's own metadata too, as the document reads them; any other key with a
// slash is a file's or nobody's. "" where the key names no asset.
std::string_view AssetOfMetadataKey(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos || slash + 1 == key.size()) return key.substr(0, slash);
  if (slash == 0 && key.find('/', 1) + 1 == key.size()) return key.substr(1, key.size() - 2);
  return "";
}

}  // namespace

std::variant<RecordImage, Verdict> RecordImage::Of(const Json& record, Compatibility compatibility) {
  const bool removal = IsEventName(record, "REMOVE");
  const Json* change = python::Get(record, "dynamodb");
  if (change == nullptr) return NoImage();
  if (!change->is_object()) return Broken("a 'dynamodb' that is no object");
  const Json* image = python::Get(*change, removal ? "OldImage" : "NewImage");
  if ((image == nullptr || !python::IsTruthy(*image)) && removal && compatibility == Compatibility::kRepaired) {
    image = python::Get(*change, "Keys");
  }
  if (image == nullptr || !python::IsTruthy(*image)) return NoImage();
  if (!image->is_object()) return Broken("an image that is no object");
  return RecordImage(image, nullptr, removal);
}

std::variant<RecordImage, Verdict> RecordImage::Of(const ChangeRecord& record, Compatibility compatibility) {
  const bool removal = record.kind == ChangeKind::kRemove;
  const std::optional<Item>& image = removal ? record.old_image : record.new_image;
  if (image && !image->empty()) return RecordImage(nullptr, &*image, removal);
  if (removal && compatibility == Compatibility::kRepaired && !record.keys.empty()) {
    return RecordImage(nullptr, &record.keys, removal);
  }
  return NoImage();
}

Text RecordImage::Get(std::string_view name) const {
  if (item_ != nullptr) {
    const std::string_view text = StringAttribute(*item_, name);
    return text.empty() ? Text{} : Text{Text::Kind::kText, std::string(text)};
  }
  const Json* attribute = python::Get(*json_, name);
  if (attribute == nullptr) return {};
  if (!attribute->is_object()) return {Text::Kind::kBroken, {}};
  const Json* value = python::Get(*attribute, "S");
  if (value == nullptr || !python::IsTruthy(*value)) return {};
  auto text = python::AsModelText(*value);
  if (!text) return {Text::Kind::kContainer, value->dump(-1, ' ', true, Json::error_handler_t::replace)};
  return {value->is_string() ? Text::Kind::kText : Text::Kind::kNoText, std::move(*text)};
}

AssetNotice ReadAssetRecord(const RecordImage& image) {
  const Text database = image.Get("databaseId");
  const Text asset = image.Get("assetId");
  if (database.kind == Text::Kind::kBroken || asset.kind == Text::Kind::kBroken) return Broken("a broken id");
  if (!IsThere(database) || !IsThere(asset)) return NoIds();
  if (!FitsModel(database) || !FitsModel(asset)) return Broken("an id that is no text");
  return std::vector<AssetRequest>{
      {.key = {database.text, asset.text}, .operation = image.removal() ? "delete" : "index"}};
}

AssetNotice ReadMetadataRecordForAssets(const RecordImage& image, Compatibility compatibility) {
  const Text database = image.Get("databaseId");
  const Text key = image.Get("assetId");
  if (database.kind == Text::Kind::kBroken || key.kind == Text::Kind::kBroken) return Broken("a broken id");
  if (!IsThere(database) || !IsThere(key)) return NoIds();
  if (!IsText(key)) return Broken("a key that is no text");
  std::string_view asset = key.text;
  if (const std::size_t hash = asset.find('#'); hash != std::string_view::npos) {
    const std::string_view path = asset.substr(hash + 1);
    if (!path.empty() && path != "/") return SkipVerdict("file-metadata", "File-level metadata, skipping");
    asset = asset.substr(0, hash);
  } else if (compatibility == Compatibility::kRepaired) {
    asset = AssetOfMetadataKey(asset);
    if (asset.empty()) return SkipVerdict("file-metadata", "File-level metadata, skipping");
  }
  if (!FitsModel(database)) return Broken("an id that is no text");
  return std::vector<AssetRequest>{{.key = {database.text, std::string(asset)}}};
}

AssetNotice ReadLinkRecord(const RecordImage& image) {
  const Text from = image.Get(kFromKey);
  const Text to = image.Get(kToKey);
  if (from.kind == Text::Kind::kBroken || to.kind == Text::Kind::kBroken) return Broken("a broken key");
  if (!IsThere(from) || !IsThere(to)) return SkipVerdict("no-ids", "Missing asset keys, skipping");
  if (!IsText(from) || !IsText(to)) return Broken("a key that is no text");
  auto source = SplitLinkKey(from.text);
  auto target = SplitLinkKey(to.text);
  if (!source || !target) return Broken("a key without ':'");
  return std::vector<AssetRequest>{{.key = std::move(*source)}, {.key = std::move(*target)}};
}

std::variant<MetadataNotice, Verdict> ReadMetadataRecordForFiles(const RecordImage& image) {
  const Text database = image.Get("databaseId");
  const Text key = image.Get("assetId");
  if (database.kind == Text::Kind::kBroken || key.kind == Text::Kind::kBroken) return Broken("a broken id");
  if (!IsThere(database) || !IsThere(key)) return NoIds();
  if (key.kind == Text::Kind::kContainer && !HoldsSlash(key.text)) {
    return SkipVerdict("asset-metadata", "Asset-level metadata, skipping");
  }
  if (!IsText(key)) return Broken("a key that is no text");
  return MetadataNotice{.database_id = database.text, .key = key.text, .removal = image.removal()};
}

}  // namespace vams
