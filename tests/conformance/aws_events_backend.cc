#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <stdexcept>
#include <thread>

#include "backends/aws/events/aws_event_queue.h"
#include "backends/aws/events/aws_event_topic.h"
#include "backends/aws/events/sns_query.h"
#include "testing/temp_dir.h"
#include "tests/conformance/aws_server.h"
#include "tests/conformance/backends.h"

namespace vams::conformance {
namespace {

using Json = nlohmann::ordered_json;
using Client = std::shared_ptr<const aws::AwsClient>;

struct Clients {
  Client sns;
  Client sqs;
};

// A topic and a queue of its own, the one subscribed to the other, removed at the end.
class SnsSqsVams final : public TestVams {
 public:
  explicit SnsSqsVams(Clients clients) : clients_(std::move(clients)) {
    static std::atomic<int> count{0};
    const std::string name = fmt::format("vams-suite-{}-{}", getpid(), ++count);
    topic_ = CallSns("CreateTopic", {{"Name", name}}, "TopicArn");
    queue_ = CallSqs("CreateQueue", {{"QueueName", name}})["QueueUrl"];
    const Json attributes =
        CallSqs("GetQueueAttributes", {{"QueueUrl", queue_}, {"AttributeNames", Json::array({"QueueArn"})}});
    CallSns("Subscribe",
            {{"TopicArn", topic_},
             {"Protocol", "sqs"},
             {"Endpoint", attributes["Attributes"]["QueueArn"]},
             {"Attributes.entry.1.key", "RawMessageDelivery"},
             {"Attributes.entry.1.value", "true"}},
            "SubscriptionArn");
    ports_ = OpenAgain();
  }
  ~SnsSqsVams() override {
    static_cast<void>(clients_.sns->Send(aws::SnsRequest(*clients_.sns, "DeleteTopic", {}, {{"TopicArn", topic_}})));
    static_cast<void>(clients_.sqs->CallJson(kSqs, "DeleteQueue", Json{{"QueueUrl", queue_}}.dump()));
  }

  Deployment& ports() override { return ports_; }
  Deployment OpenAgain() override {
    Deployment ports;
    ports.description = "topic " + topic_;
    ports.topic = std::make_unique<aws::AwsEventTopic>([client = clients_.sns](const std::string&) { return client; });
    auto queue = aws::AwsEventQueue::Open([client = clients_.sqs](const std::string&) { return client; },
                                          clients_.sqs->region(), queue_, {.parked_directory = parked_.path()}, clock_);
    if (!queue) throw std::runtime_error(queue.error().message);
    ports.file_events = std::move(*queue);
    return ports;
  }

  std::string Topic() override { return topic_; }
  void Advance(Duration d) override { std::this_thread::sleep_for(d); }
  Duration ShortHiding() override { return std::chrono::seconds(1); }

  void Put(LocalTable, const std::vector<Item>&) override { NoSuchPort(); }
  void Delete(LocalTable, const Item&) override { NoSuchPort(); }
  void CreateBucket(const LocalBucket&) override { NoSuchPort(); }
  void Put(const std::vector<LocalObject>&) override { NoSuchPort(); }
  void Delete(const ObjectRef&) override { NoSuchPort(); }
  void SetParameter(const std::string&, const std::string&) override { NoSuchPort(); }

 private:
  static constexpr aws::AwsClient::JsonProtocol kSqs{.target = "AmazonSQS", .version = "1.0"};

  [[noreturn]] static void NoSuchPort() { throw std::logic_error("this backend has a topic and a queue alone"); }

  // The text of the element `wanted` of the reply.
  std::string CallSns(std::string_view action, const std::vector<std::pair<std::string, std::string>>& parameters,
                      std::string_view wanted) const {
    const auto reply = clients_.sns->Send(aws::SnsRequest(*clients_.sns, action, {}, parameters));
    if (!reply) throw std::runtime_error(fmt::format("{}: {}", action, reply.error().message));
    pugi::xml_document document;
    document.load_string(reply->body.c_str());
    return document.find_node([&](const pugi::xml_node& node) { return node.name() == wanted; }).text().as_string();
  }
  Json CallSqs(std::string_view operation, const Json& body) const {
    auto reply = clients_.sqs->CallJson(kSqs, operation, body.dump());
    if (!reply) throw std::runtime_error(fmt::format("{}: {}", operation, reply.error().message));
    return std::move(*reply);
  }

  const Clients clients_;
  std::string topic_;
  std::string queue_;
  TempDir parked_;
  SystemClock clock_;
  Deployment ports_;
};

}  // namespace

void JoinSnsSqs(std::vector<Backend>& backends) {
  const auto server = AwsServer::FromEnvironment("VAMS_TEST_AWS_ENDPOINT");
  if (!server) {
    // Its every test fails and says why.
    backends.push_back(
        {"SnsSqs", [why = server.error().message]() -> std::unique_ptr<TestVams> { throw std::runtime_error(why); }});
    return;
  }
  if (!*server) return;
  const Clients clients{.sns = (*server)->Client(Service::kSns, "sns"), .sqs = (*server)->Client(Service::kSqs, "sqs")};
  backends.push_back(
      {"SnsSqs", [clients] { return std::make_unique<SnsSqsVams>(clients); }, {.void_receipts_succeed = false}});
}

}  // namespace vams::conformance
