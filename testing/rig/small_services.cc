#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "testing/rig/service.h"

namespace vams::rig {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kAwsJson = "application/x-amz-json-1.1";

std::optional<std::string> ParameterValue(const Serving& serving, std::string_view name) {
  if (name == "/vams-rig/assetIndexName") return std::string(kAssetIndex);
  if (name == "/vams-rig/fileIndexName") return std::string(kFileIndex);
  if (name == "/vams-rig/endPoint") return fmt::format("http://127.0.0.1:{}", serving.search_port);
  return std::nullopt;
}

Json Described(std::string_view name, const std::string& value) {
  return {{"Name", name},
          {"Type", "String"},
          {"Value", value},
          {"Version", 1},
          {"ARN", fmt::format("arn:aws:ssm:{}:{}:parameter{}", kRegion, kAccount, name)}};
}

void GetParameters(const Serving& serving, const Json& body, Reply& reply) {
  Json found = Json::array();
  Json invalid = Json::array();
  for (const Json& name : body.value("Names", Json::array())) {
    const auto value = ParameterValue(serving, name.get<std::string>());
    if (value) {
      found.push_back(Described(name.get<std::string>(), *value));
    } else {
      invalid.push_back(name);
    }
  }
  reply.body = Json{{"Parameters", found}, {"InvalidParameters", invalid}}.dump();
}

void GetParameter(const Serving& serving, const Json& body, Reply& reply) {
  const std::string name = body.value("Name", "");
  const auto value = ParameterValue(serving, name);
  if (!value) return reply.Refuse(400, kAwsJson, R"({"__type":"ParameterNotFound","message":""})");
  reply.body = Json{{"Parameter", Described(name, *value)}}.dump();
}

// Where each event is indexed as it arrives, nothing waits.
void GetQueueAttributes(const Json& body, Reply& reply) {
  const std::string url = body.value("QueueUrl", "");
  reply.body =
      Json{{"Attributes",
            {{"ApproximateNumberOfMessages", "0"},
             {"ApproximateNumberOfMessagesNotVisible", "0"},
             {"ApproximateNumberOfMessagesDelayed", "0"},
             {"QueueArn", fmt::format("arn:aws:sqs:{}:{}:{}", kRegion, kAccount, url.substr(url.rfind('/') + 1))}}}}
          .dump();
}

}  // namespace

void ServeSmall(const Serving& serving, Operation operation, const Request& request, Reply& reply) {
  if (operation == Operation::kGetCallerIdentity) {
    reply.type = "text/xml";
    reply.body = fmt::format(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
        "<Arn>arn:aws:iam::{0}:user/rig</Arn><UserId>RIG</UserId><Account>{0}</Account></GetCallerIdentityResult>"
        "<ResponseMetadata><RequestId>rig</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
        kAccount);
    return;
  }
  reply.type = kAwsJson;
  const Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return reply.Refuse(400, kAwsJson, R"({"__type":"SerializationException","message":""})");
  switch (operation) {
    case Operation::kGetParameter: return GetParameter(serving, body, reply);
    case Operation::kGetParameters: return GetParameters(serving, body, reply);
    case Operation::kGetQueueAttributes: return GetQueueAttributes(body, reply);
    default: break;
  }
  reply.body =
      Json{{"QueueUrl", fmt::format("http://127.0.0.1:{}/{}/{}", serving.port, kAccount, body.value("QueueName", ""))}}
          .dump();
}

}  // namespace vams::rig
