// Replies of SQS, Lambda, CloudWatch and STS, and of DynamoDB's list of tables, whatever bytes they hold, through the
// adapters that read them: each call ends, and what it gives keeps the ports' promises. The first byte chooses the
// call; a reply ends at a byte 0x1E, which neither JSON nor XML can hold.
#include <array>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "backends/aws/aws_functions.h"
#include "backends/aws/aws_identity.h"
#include "backends/aws/events/aws_event_backlog.h"
#include "backends/aws/events/aws_event_queue.h"
#include "backends/aws/streams/aws_stream_readers.h"
#include "backends/aws/streams/metric_reply.h"
#include "backends/aws/tables/side_table_names.h"
#include "base/text.h"
#include "testing/fake_clock.h"
#include "testing/scripted_clients.h"

namespace vams {
namespace {

constexpr const char* kUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/files";
constexpr const char* kTopic = "arn:aws:sns:eu-west-1:123456789012:topic";
constexpr const char* kSubscriptions =
    "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member>"
    "<SubscriptionArn>arn:aws:sns:eu-west-1:123456789012:topic:1</SubscriptionArn><Protocol>sqs</Protocol>"
    "<Endpoint>arn:aws:sqs:eu-west-1:123456789012:files</Endpoint></member></Subscriptions>"
    "</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>";
constexpr const char* kTable =
    R"({"Table":{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"LatestStreamArn":"arn:s"}})";

void Require(bool promise) {
  if (!promise) std::abort();
}

template <class T>
void CheckError(const Result<T>& result) {
  if (!result) Require(result.error().message == Printable(result.error().message));
}

using Script = std::shared_ptr<ScriptedTransport>;

Script Always(std::string_view body) {
  auto script = std::make_shared<ScriptedTransport>();
  script->Otherwise([body](const HttpRequest&) { return HttpReply{.status = 200, .body = std::string(body)}; });
  return script;
}

std::shared_ptr<const aws::AwsClient> Client(const Script& script, Service service) {
  return *ScriptedClients(script, service)("eu-west-1");
}

void Receive(const Script& script) {
  const FakeClock clock;
  const auto queue = *aws::AwsEventQueue::Open(ScriptedClients(script, Service::kSqs), "eu-west-1", kUrl, {}, clock);
  const auto messages = queue->Receive(ItemCount{10}, std::chrono::seconds(1));
  CheckError(messages);
}

void Delete(const Script& script) {
  const FakeClock clock;
  const auto queue = *aws::AwsEventQueue::Open(ScriptedClients(script, Service::kSqs), "eu-west-1", kUrl, {}, clock);
  const std::array<std::string, 2> receipts{"r1", "r2"};
  const auto statuses = queue->Delete(receipts);
  if (statuses) Require(statuses->size() == receipts.size());
}

void Backlog(const Script& script) {
  const FakeClock clock;
  aws::AwsEventBacklog backlog(ScriptedClients(Always(kSubscriptions), Service::kSns),
                               ScriptedClients(script, Service::kSqs), "eu-west-1", clock);
  CheckError(backlog.Behind(kTopic));
  CheckError(backlog.Behind(kTopic));
}

void Functions(const Script& script) {
  constexpr std::array<std::string_view, 2> kVariables{"A", "B"};
  const auto functions = aws::ListFunctions(*Client(script, Service::kLambda), kVariables);
  CheckError(functions);
  if (!functions) return;
  for (const aws::FunctionSettings& function : *functions) {
    Require(!function.variables.empty());
    for (const auto& [name, value] : function.variables) Require(name == "A" || name == "B");
  }
}

void SideTableNames(const Script& script) {
  const auto names =
      aws::FindSideTables(*Client(Always(R"({"Functions":[]})"), Service::kLambda), *Client(script, Service::kDynamoDb),
                          "vams-AssetStorageTable1", aws::SideTableNames{});
  CheckError(names);
  if (names) Require(!names->metadata.empty() && !names->links.empty() && !names->versions.empty());
}

void Readers(const Script& script) {
  const FakeClock clock;
  aws::AwsStreamReaders readers({Client(Always(kTable), Service::kDynamoDb), Client(script, Service::kLambda),
                                 Client(script, Service::kCloudWatch)},
                                {"assets"}, clock);
  const auto found = readers.Of("assets");
  CheckError(found);
  if (!found) return;
  for (const StreamReader& reader : *found) {
    Require(!reader.function.empty());
    CheckError(reader.behind);
    if (reader.behind && *reader.behind) Require(**reader.behind >= Duration{0});
  }
}

void Metric(const Script& script) {
  const HttpReply reply = *script->Send({});
  CheckError(aws::ReadMetricPoints(reply.body, "Maximum"));
}

void Identity(const Script& script) {
  const auto caller = aws::GetCallerIdentity(*Client(script, Service::kSts));
  if (caller) Require(!caller->account.empty() && !caller->arn.empty());
}

}  // namespace
}  // namespace vams

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::array kCalls{vams::Receive,        vams::Delete,  vams::Backlog, vams::Functions,
                              vams::SideTableNames, vams::Readers, vams::Metric,  vams::Identity};
  if (size == 0) return 0;
  const auto script = std::make_shared<vams::ScriptedTransport>();
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const std::string_view reply : vams::Split(text, '\x1E')) script->Then(200, std::string(reply));
  kCalls[data[0] % kCalls.size()](script);
  return 0;
}
