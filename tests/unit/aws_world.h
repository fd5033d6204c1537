#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "backends/aws/aws_client.h"
#include "testing/scripted_transport.h"

namespace vams::aws {

using Json = nlohmann::ordered_json;

// A client whose service answers by a script.
struct ScriptedService {
  explicit ScriptedService(Service service = Service::kDynamoDb, std::string signing_name = "dynamodb")
      : client(std::make_shared<AwsClient>(transport, service,
                                           Url{.scheme = Scheme::kHttps, .host = "service.eu-west-1.amazonaws.com"},
                                           "eu-west-1", std::move(signing_name))) {}

  // A reply with status 200.
  ScriptedService& Then(std::string body) {
    transport->Then(200, std::move(body));
    return *this;
  }
  // An error reply as DynamoDB and SSM write it.
  ScriptedService& Refuse(const std::string& code, int status = 400) {
    transport->Then(status, Json{{"__type", "com.amazonaws.service#" + code}, {"message", "said so"}}.dump());
    return *this;
  }
  std::vector<HttpRequest> requests() const { return transport->requests(); }
  Json body(std::size_t request) const { return Json::parse(requests().at(request).body.view()); }

  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::shared_ptr<const AwsClient> client;
};

}  // namespace vams::aws
