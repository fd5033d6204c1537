#include "run/state/failed_items.h"

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

std::string ToNdjson(const FailedItem& item) {
  Json line;
  if (item.asset) {
    line["request"] = "touch";
    line["databaseId"] = item.asset->database_id;
    line["assetId"] = item.asset->asset_id;
  } else if (item.object) {
    line["request"] = "publish";
    line["bucket"] = item.object->bucket;
    line["key"] = item.object->key;
    if (!item.document_id.empty()) line["document"] = item.document_id;
  }
  line["error"] = {{"code", ErrorCodeName(item.error.code)}, {"message", item.error.message}};
  if (!item.error.operation.empty()) line["error"]["operation"] = item.error.operation;
  if (!item.error.request_id.empty()) line["error"]["request_id"] = item.error.request_id;
  line["tries"] = item.tries;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<FailedItem> ReadFailedItem(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  FailedItem item;
  if (json.is_object()) {
    const std::string request = Text(json, "request");
    if (request == "touch") item.asset = AssetKey{Text(json, "databaseId"), Text(json, "assetId")};
    if (request == "publish") item.object = ObjectRef{Text(json, "bucket"), Text(json, "key")};
  }
  const bool asset = item.asset && !item.asset->database_id.empty() && !item.asset->asset_id.empty();
  const bool object = item.object && !item.object->bucket.empty() && !item.object->key.empty();
  if (!asset && !object) return Fail(ErrorCode::kCorrupt, "a line that tells no failed item");
  item.document_id = Text(json, "document");
  if (const auto error = json.find("error"); error != json.end() && error->is_object()) {
    item.error.message = Text(*error, "message");
  }
  return item;
}

}  // namespace vams
