#include "indexers/file_events.h"

#include <nlohmann/json.hpp>
#include <string>

#include "documents/url_decode.h"
#include "indexers/python_json.h"

namespace vams {
namespace {

using python::Json;

Verdict Broken(std::string_view rule, std::string message) {
  return ErrorVerdict(FailureStage::kEvent, rule, std::move(message));
}

// a.get(b, {}).get(c) of Python. nullptr: absent. nullopt: raises.
std::optional<const Json*> GetTwice(const Json& object, std::string_view outer, std::string_view inner) {
  const Json* value = python::Get(object, outer);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) return std::nullopt;
  return python::Get(*value, inner);
}

}  // namespace

std::variant<ObjectNotice, Verdict> ReadObjectRecord(const Json& record) {
  const Json none = Json::object();
  const Json* s3 = python::Get(record, "s3");
  if (s3 == nullptr) s3 = &none;
  if (!s3->is_object()) return Broken("bad-record", "the record's 's3' is no object");
  const auto bucket = GetTwice(*s3, "bucket", "name");
  const auto key = GetTwice(*s3, "object", "key");
  if (!bucket || !key) return Broken("bad-record", "the record's bucket or object is no object");
  if (*bucket == nullptr || *key == nullptr || !python::IsTruthy(**bucket) || !python::IsTruthy(**key)) {
    return Broken("no-object", "the event names no bucket or no key");
  }
  if (!(*key)->is_string()) return Broken("bad-record", "the key is no text");
  ObjectNotice notice;
  notice.object.key = UnquotePlus((*key)->get_ref<const std::string&>());
  // A name that is no text names no bucket; that comes to light only when the object is looked for.
  notice.object.bucket = (*bucket)->is_string() ? (*bucket)->get<std::string>() : (*bucket)->dump();
  const Json* name = python::Get(record, "eventName");
  if (name != nullptr && name->is_string()) {
    notice.removal = name->get_ref<const std::string&>().contains("Delete");
  } else if (name != nullptr) {
    notice.removal = name->is_object() && name->contains("Delete");
    notice.unreadable_name = !name->is_object() && !name->is_array();
  }
  return notice;
}

QueueContent UnwrapQueueRecord(const Json& record, std::vector<Json>& holder) {
  using Kind = QueueContent::Kind;
  holder.clear();
  holder.reserve(2);  // so that what is pointed at stays where it is
  const Json empty_text = "";
  const Json* body = python::Get(record, "body");
  if (body == nullptr) body = &empty_text;
  if (body->is_string()) {
    auto parsed = python::Loads(body->get_ref<const std::string&>());
    if (!parsed) return {Kind::kNoJson};
    body = &holder.emplace_back(std::move(*parsed));
  }
  if (!body->is_object()) return {Kind::kBroken};
  const Json* type = python::Get(*body, "Type");
  const Json* message = python::Get(*body, "Message");
  if (type == nullptr || *type != "Notification" || message == nullptr || !python::IsTruthy(*message)) {
    return {Kind::kRecords};
  }
  if (message->is_string()) {
    auto parsed = python::Loads(message->get_ref<const std::string&>());
    if (!parsed) return {Kind::kNoJson};
    message = &holder.emplace_back(std::move(*parsed));
  }
  if (message->is_string()) {
    return {message->get_ref<const std::string&>().contains("Records") ? Kind::kBroken : Kind::kRecords};
  }
  if (message->is_array()) {
    for (const Json& item : *message) {
      if (item == "Records") return {Kind::kBroken};
    }
    return {Kind::kRecords};
  }
  if (!message->is_object()) return {Kind::kBroken};
  const Json* records = python::Get(*message, "Records");
  if (records == nullptr) return {Kind::kRecords};
  if (records->is_array()) return {Kind::kRecords, records};
  // Python walks over the names of an object and the letters of a text, none of which is a record.
  const bool walkable = records->is_object() || records->is_string();
  return {walkable && !python::IsTruthy(*records) ? Kind::kRecords : Kind::kBroken};
}

}  // namespace vams
