#include "indexers/queue_body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "documents/url_decode.h"

namespace vams {
namespace {

// Where in the event a value stands, as far as it matters.
enum class Place { kOther, kRoot, kRecords, kRecord, kS3, kBucket, kObject };

enum class Name { kOther, kRecords, kType, kMessage, kEventSource, kEventName, kS3, kBucket, kObject, kName, kKey };

Name NameIn(Place place, std::string_view key) {
  switch (place) {
    case Place::kRoot:
      if (key == "Records") return Name::kRecords;
      if (key == "Message") return Name::kMessage;
      if (key == "Type") return Name::kType;
      break;
    case Place::kRecord:
      if (key == "s3") return Name::kS3;
      if (key == "eventSource") return Name::kEventSource;
      if (key == "eventName") return Name::kEventName;
      break;
    case Place::kS3:
      if (key == "bucket") return Name::kBucket;
      if (key == "object") return Name::kObject;
      break;
    case Place::kBucket:
      if (key == "name") return Name::kName;
      break;
    case Place::kObject:
      if (key == "key") return Name::kKey;
      break;
    case Place::kRecords:
    case Place::kOther: break;
  }
  return Name::kOther;
}

struct EventRecord {
  std::string source;
  std::string event_name;
  std::string bucket;
  std::string key;
};

// Picks the few values that matter out of the stream of tokens. The names of callbacks are the library's.
class EventReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<EventRecord> records;
  std::optional<std::string> message;
  bool notification = false;
  bool root_is_object = false;

  bool null() override { return Skip(); }
  bool boolean(bool) override { return Skip(); }
  bool number_integer(number_integer_t) override { return Skip(); }
  bool number_unsigned(number_unsigned_t) override { return Skip(); }
  bool number_float(number_float_t, const string_t&) override { return Skip(); }
  bool binary(binary_t&) override { return Skip(); }

  bool string(string_t& value) override {
    switch (name_) {
      case Name::kType: notification = value == "Notification"; break;
      case Name::kMessage: message = std::move(value); break;
      case Name::kEventSource: records.back().source = std::move(value); break;
      case Name::kEventName: records.back().event_name = std::move(value); break;
      case Name::kName: records.back().bucket = std::move(value); break;
      case Name::kKey: records.back().key = std::move(value); break;
      case Name::kRecords:
      case Name::kS3:
      case Name::kBucket:
      case Name::kObject:
      case Name::kOther: break;
    }
    return Skip();
  }

  bool key(string_t& value) override {
    name_ = NameIn(places_.empty() ? Place::kOther : places_.back(), value);
    return true;
  }

  bool start_object(std::size_t) override {
    Place place = Place::kOther;
    if (places_.empty()) {
      place = Place::kRoot;
      root_is_object = true;
    } else if (places_.back() == Place::kRecords) {
      place = Place::kRecord;
      records.emplace_back();
    } else if (name_ == Name::kS3) {
      place = Place::kS3;
    } else if (name_ == Name::kBucket) {
      place = Place::kBucket;
    } else if (name_ == Name::kObject) {
      place = Place::kObject;
    }
    return Enter(place);
  }

  bool start_array(std::size_t) override {
    return Enter(!places_.empty() && name_ == Name::kRecords ? Place::kRecords : Place::kOther);
  }

  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  bool Skip() {
    name_ = Name::kOther;
    return true;
  }
  bool Enter(Place place) {
    places_.push_back(place);
    return Skip();
  }
  bool Leave() {
    places_.pop_back();
    return Skip();
  }

  std::vector<Place> places_;
  Name name_ = Name::kOther;
};

void TakeRecords(std::vector<EventRecord>& records, QueueBody& body) {
  body.notices.reserve(records.size());
  for (EventRecord& record : records) {
    if (record.source != "aws:s3") continue;
    if (record.bucket.empty() || record.key.empty()) {
      body.problem = "a record of the event names no bucket or no key";
      continue;
    }
    ObjectNotice& notice = body.notices.emplace_back();
    notice.object = {.bucket = std::move(record.bucket), .key = UnquotePlus(record.key)};
    notice.removal = record.event_name.contains("Delete");
  }
}

}  // namespace

QueueBody ReadQueueBody(std::string_view text) {
  QueueBody body;
  EventReader outer;
  if (!nlohmann::json::sax_parse(text, &outer) || !outer.root_is_object) {
    body.problem = "the message is no JSON object";
    return body;
  }
  if (!outer.notification) {
    TakeRecords(outer.records, body);
    return body;
  }
  if (!outer.message || outer.message->empty()) return body;
  EventReader inner;
  if (!nlohmann::json::sax_parse(*outer.message, &inner) || !inner.root_is_object) {
    body.problem = "the message inside the notification is no JSON object";
    return body;
  }
  TakeRecords(inner.records, body);
  return body;
}

}  // namespace vams
