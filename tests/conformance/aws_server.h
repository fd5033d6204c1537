#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backends/aws/aws_client.h"
#include "base/result.h"
#include "net/transport.h"

namespace vams::conformance {

// A server on this machine that stands in for AWS, as the environment names it (testing/services/README.md): the
// endpoint from `endpoint_variable`, keys from VAMS_TEST_ACCESS_KEY and VAMS_TEST_SECRET_KEY (both or neither), the
// region from VAMS_TEST_REGION.
class AwsServer {
 public:
  // nullopt: the variable is not set. kUsage: a part of what is needed is missing or wrong, or the endpoint is not on
  // this machine: these suites make and remove tables, so nobody's account is reached by a mistake.
  static Result<std::optional<AwsServer>> FromEnvironment(const char* endpoint_variable);

  // A client with the layers that the program has; kUnavailable and the like come from its calls.
  std::shared_ptr<const aws::AwsClient> Client(Service service, std::string signing_name) const;
  const std::string& endpoint() const { return endpoint_; }

 private:
  std::string endpoint_;
  Url url_;
  std::shared_ptr<Transport> wire_;
  std::string access_key_;
  std::string secret_key_;
  std::string region_;
};

}  // namespace vams::conformance
