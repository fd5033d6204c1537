#include "backends/aws/events/sns_reply.h"

#include <pugixml.hpp>

#include "backends/aws/strict_xml.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using pugi::xml_node;

Result<BatchReply::Failed> ReadFailed(const xml_node& member) {
  BatchReply::Failed failed;
  TRY_ASSIGN(failed.id, RequiredChild(member, "Id"));
  TRY_ASSIGN(failed.code, RequiredChild(member, "Code"));
  TRY_ASSIGN(const std::optional<std::string> message, OptionalChild(member, "Message"));
  failed.message = message.value_or("");
  TRY_ASSIGN(const std::string fault, RequiredChild(member, "SenderFault"));
  if (fault != "true" && fault != "false") {
    return Fail(ErrorCode::kBadReply, "SenderFault is '{}'", Printable(fault));
  }
  failed.sender_fault = fault == "true";
  return failed;
}

Result<xml_node> ResultOf(const xml_node& response, const char* name) {
  const xml_node result = response.child(name);
  if (!result || result.next_sibling(name)) return Fail(ErrorCode::kBadReply, "it does not hold one <{}>", name);
  return result;
}

}  // namespace

Result<BatchReply> ReadPublishBatchReply(std::string_view body) {
  pugi::xml_document document;
  TRY_ASSIGN(const xml_node response, LoadXml(body, "PublishBatchResponse", document));
  TRY_ASSIGN(const xml_node result, ResultOf(response, "PublishBatchResult"));
  BatchReply reply;
  for (const xml_node& member : result.child("Successful").children("member")) {
    TRY_ASSIGN(std::string id, RequiredChild(member, "Id"));
    reply.successful.push_back(std::move(id));
  }
  for (const xml_node& member : result.child("Failed").children("member")) {
    TRY_ASSIGN(BatchReply::Failed failed, ReadFailed(member));
    reply.failed.push_back(std::move(failed));
  }
  return reply;
}

Result<SubscriptionPage> ReadSubscriptions(std::string_view body) {
  pugi::xml_document document;
  TRY_ASSIGN(const xml_node response, LoadXml(body, "ListSubscriptionsByTopicResponse", document));
  TRY_ASSIGN(const xml_node result, ResultOf(response, "ListSubscriptionsByTopicResult"));
  SubscriptionPage page;
  for (const xml_node& member : result.child("Subscriptions").children("member")) {
    Subscription subscription;
    TRY_ASSIGN(subscription.protocol, RequiredChild(member, "Protocol"));
    TRY_ASSIGN(const std::optional<std::string> endpoint, OptionalChild(member, "Endpoint"));
    subscription.endpoint = endpoint.value_or("");
    TRY_ASSIGN(const std::string arn, RequiredChild(member, "SubscriptionArn"));
    subscription.confirmed = arn.starts_with("arn:");  // else "PendingConfirmation" or "Deleted"
    page.subscriptions.push_back(std::move(subscription));
  }
  TRY_ASSIGN(const std::optional<std::string> token, OptionalChild(result, "NextToken"));
  page.next_token = token.value_or("");
  return page;
}

}  // namespace vams::aws
