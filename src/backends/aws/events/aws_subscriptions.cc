#include "backends/aws/events/aws_subscriptions.h"

#include <set>
#include <utility>

#include "backends/aws/events/sns_query.h"
#include "backends/aws/events/sns_reply.h"

namespace vams::aws {

AwsSubscriptions::AwsSubscriptions(ClientOfRegion sns_clients) : clients_(std::move(sns_clients)) {}

Result<std::vector<std::string>> AwsSubscriptions::QueuesOf(std::string_view topic_arn) {
  TRY_ASSIGN(const Arn arn, ReadTopicArn(topic_arn));
  TRY_ASSIGN(const auto client, clients_.Of(arn.region));
  std::vector<std::string> queues;
  std::set<std::string> tokens;
  for (std::string token;;) {
    std::vector<std::pair<std::string, std::string>> parameters{{"TopicArn", std::string(topic_arn)}};
    if (!token.empty()) parameters.emplace_back("NextToken", token);
    HttpRequest request = SnsRequest(*client, "ListSubscriptionsByTopic", std::string(topic_arn), parameters);
    TRY_ASSIGN(const HttpReply reply, client->Send(request));
    Result<SubscriptionPage> page = ReadSubscriptions(reply.body);
    if (!page) return std::unexpected(UnreadableReply(reply, request.call, page.error().message));
    for (Subscription& subscription : page->subscriptions) {
      if (subscription.protocol == "sqs" && subscription.confirmed) queues.push_back(std::move(subscription.endpoint));
    }
    token = std::move(page->next_token);
    if (token.empty()) return queues;
    if (!tokens.insert(token).second) {
      return std::unexpected(BadReply(request.call, reply, "it goes on with a token that came before"));
    }
  }
}

}  // namespace vams::aws
