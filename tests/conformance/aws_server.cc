#include "tests/conformance/aws_server.h"

#include <cstdlib>
#include <utility>

#include "net/curl_transport.h"
#include "net/make_transport.h"

namespace vams::conformance {
namespace {

class FixedCredentials final : public CredentialsProvider {
 public:
  FixedCredentials(std::string key, std::string secret) : key_(std::move(key)), secret_(std::move(secret)) {}
  Result<Credentials> Get() override {
    return Credentials{.access_key_id = key_, .secret_access_key = Secret(secret_), .source = "the test"};
  }

 private:
  std::string key_;
  std::string secret_;
};

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Clock& SharedClock() {
  static SystemClock clock;
  return clock;
}

}  // namespace

Result<std::optional<AwsServer>> AwsServer::FromEnvironment(const char* endpoint_variable) {
  const auto endpoint = Variable(endpoint_variable);
  if (!endpoint) return std::nullopt;
  const auto access_key = Variable("VAMS_TEST_ACCESS_KEY");
  const auto secret_key = Variable("VAMS_TEST_SECRET_KEY");
  if (access_key.has_value() != secret_key.has_value()) {
    return Fail(ErrorCode::kUsage, "VAMS_TEST_ACCESS_KEY and VAMS_TEST_SECRET_KEY go together: {} is not set",
                access_key ? "VAMS_TEST_SECRET_KEY" : "VAMS_TEST_ACCESS_KEY");
  }
  AwsServer server;
  server.endpoint_ = *endpoint;
  TRY_ASSIGN(server.url_, ParseUrl(*endpoint));
  if (server.url_.host != "127.0.0.1" && server.url_.host != "localhost" && server.url_.host != "[::1]") {
    return Fail(ErrorCode::kUsage, "{} must name a server on this machine, not {}", endpoint_variable,
                server.url_.host);
  }
  server.access_key_ = access_key.value_or("vamslocal");
  server.secret_key_ = secret_key.value_or("vamslocalsecret");
  server.region_ = Variable("VAMS_TEST_REGION").value_or("us-east-1");
  TRY_ASSIGN(server.wire_, MakeCurlTransport({}));
  return server;
}

std::shared_ptr<const aws::AwsClient> AwsServer::Client(Service service, std::string signing_name) const {
  NetDeps deps;
  deps.wire = wire_;
  deps.credentials = std::make_shared<FixedCredentials>(access_key_, secret_key_);
  deps.clock = &SharedClock();
  return std::make_shared<aws::AwsClient>(MakeTransport({}, std::move(deps)), service, url_, region_,
                                          std::move(signing_name));
}

}  // namespace vams::conformance
