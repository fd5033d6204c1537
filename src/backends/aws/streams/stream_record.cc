#include "backends/aws/streams/stream_record.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

std::string_view KindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert: return "INSERT";
    case ChangeKind::kModify: return "MODIFY";
    case ChangeKind::kRemove: return "REMOVE";
  }
  return "MODIFY";
}

std::optional<ChangeKind> KindFromName(const Json& name) {
  for (const ChangeKind kind : {ChangeKind::kInsert, ChangeKind::kModify, ChangeKind::kRemove}) {
    if (name == KindName(kind)) return kind;
  }
  return std::nullopt;
}

Result<std::optional<Item>> ImageOf(const Json& change, const char* name) {
  const auto image = change.find(name);
  if (image == change.end() || image->is_null()) return std::nullopt;
  auto item = AttributeMapFromDynamoJson(*image);
  if (!item) return std::unexpected(std::move(item.error()).In(name));
  return std::move(*item);
}

}  // namespace

std::string_view TableWord(ChangedTable table) {
  switch (table) {
    case ChangedTable::kAssets: return "assets";
    case ChangedTable::kMetadata: return "metadata";
    case ChangedTable::kLinks: return "links";
  }
  return "assets";
}

Result<ChangeRecord> ChangeRecordFromJson(const Json& json, ChangedTable table) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "a record must be an object");
  const auto kind = json.contains("eventName") ? KindFromName(json["eventName"]) : std::nullopt;
  if (!kind) return Fail(ErrorCode::kInvalid, "a record must be an INSERT, MODIFY or REMOVE");
  const auto change = json.find("dynamodb");
  if (change == json.end() || !change->is_object()) return Fail(ErrorCode::kInvalid, "a record must have 'dynamodb'");
  const auto sequence = change->find("SequenceNumber");
  if (sequence == change->end() || !sequence->is_string() || sequence->get_ref<const std::string&>().empty()) {
    return Fail(ErrorCode::kInvalid, "a record must have a SequenceNumber");
  }
  ChangeRecord record;
  record.table = table;
  record.kind = *kind;
  record.sequence = sequence->get<std::string>();
  TRY_ASSIGN(auto keys, ImageOf(*change, "Keys"));
  if (!keys) return Fail(ErrorCode::kInvalid, "a record must have Keys");
  record.keys = std::move(*keys);
  TRY_ASSIGN(record.new_image, ImageOf(*change, "NewImage"));
  TRY_ASSIGN(record.old_image, ImageOf(*change, "OldImage"));
  return record;
}

std::string DescribeParked(const ChangeRecord& record, std::string_view reason, std::string_view time) {
  Json line;
  line["time"] = time;
  line["reason"] = reason;
  line["table"] = TableWord(record.table);
  line["eventName"] = KindName(record.kind);
  line["sequence"] = record.sequence;
  line["keys"] = ToDynamoJson(record.keys);
  if (record.new_image) line["newImage"] = ToDynamoJson(*record.new_image);
  if (record.old_image) line["oldImage"] = ToDynamoJson(*record.old_image);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vams::aws
