#include "backends/aws/objects/s3_notification.h"

#include <algorithm>
#include <pugixml.hpp>

#include "backends/aws/strict_xml.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using pugi::xml_node;

Status ReadFilter(const xml_node& configuration, TopicNotification& notification) {
  for (const xml_node& rule : configuration.child("Filter").child("S3Key").children("FilterRule")) {
    TRY_ASSIGN(std::string name, RequiredChild(rule, "Name"));
    TRY_ASSIGN(const std::optional<std::string> value, OptionalChild(rule, "Value"));
    name = AsciiLower(name);  // S3 itself writes both "prefix" and "Prefix"
    if (name != "prefix" && name != "suffix") {
      return Fail(ErrorCode::kBadReply, "'{}' is no rule of a filter", Printable(name));
    }
    (name == "prefix" ? notification.prefix : notification.suffix) = value.value_or("");
  }
  return {};
}

}  // namespace

bool TopicNotification::OfCreated() const {
  // "s3:ObjectCreated:*" and its members, whichever there will be.
  return std::ranges::any_of(events, [](std::string_view event) { return event.starts_with("s3:ObjectCreated:"); });
}

Result<std::vector<TopicNotification>> ReadNotifications(std::string_view body) {
  pugi::xml_document document;
  TRY_ASSIGN(const xml_node root, LoadXml(body, "NotificationConfiguration", document));
  std::vector<TopicNotification> notifications;
  for (const xml_node& configuration : root.children("TopicConfiguration")) {
    TopicNotification notification;
    TRY_ASSIGN(notification.topic, RequiredChild(configuration, "Topic"));
    if (notification.topic.empty()) return Fail(ErrorCode::kBadReply, "a notification has an empty topic");
    for (const xml_node& event : configuration.children("Event")) {
      TRY_ASSIGN(const std::string_view name, TextOf(event));
      notification.events.emplace_back(name);
    }
    TRY(ReadFilter(configuration, notification));
    notifications.push_back(std::move(notification));
  }
  return notifications;
}

}  // namespace vams::aws
