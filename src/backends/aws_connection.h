#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "backends/aws/aws_client.h"
#include "backends/aws/search/opensearch_client.h"
#include "backends/open.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "net/credentials.h"
#include "net/credentials/settings.h"
#include "net/curl_transport.h"

namespace vams {

// What all clients of one deployment share: settings, credentials, connections. Makes one client for each service and
// region; safe for concurrent calls. Clients keep what they need and may outlive this object.
class AwsConnection {
 public:
  // kUsage: settings that cannot be (docs/credentials.md), no region. Sends nothing but for the region of an instance
  // that names none.
  static Result<std::shared_ptr<AwsConnection>> Open(const AwsOpenOptions& options, Clock& clock);

  const std::string& region() const { return region_; }
  const AwsSettings& settings() const { return settings_; }
  // Of the clients that try again by themselves (backends/open.h).
  RetryPatience& patience() { return *patience_; }

  // For tasks that send by the clients of one try.
  Result<std::unique_ptr<TaskLoop>> MakeLoop() { return wire_->MakeLoop(); }

  enum class Tries { kAsConfigured, kOne };
  // The service in `region`; "": in the connection's own. kOne: failures come back at once, also those that pass.
  Result<std::shared_ptr<const aws::AwsClient>> Client(Service service, std::string_view region = {},
                                                       Tries tries = Tries::kAsConfigured);
  // OpenSearch has no host of its own: `endpoint` is the domain's or collection's, with or without a scheme in front.
  // kUsage: no URL, or plain http to another machine.
  Result<std::shared_ptr<const aws::OpenSearchClient>> Search(std::string_view endpoint);

 private:
  AwsConnection(AwsOpenOptions options, AwsSettings settings, std::string region, std::shared_ptr<CurlTransport> wire,
                std::shared_ptr<CredentialsProvider> credentials, Clock& clock);
  std::shared_ptr<Transport> NewTransport(Tries tries = Tries::kAsConfigured) const;

  const AwsOpenOptions options_;
  const AwsSettings settings_;
  const std::string region_;
  const std::shared_ptr<CurlTransport> wire_;
  const std::shared_ptr<CredentialsProvider> credentials_;
  const std::shared_ptr<RetryPatience> patience_;
  Clock& clock_;
  Mutex mu_;
  std::map<std::tuple<Service, std::string, Tries>, std::shared_ptr<const aws::AwsClient>> clients_ GUARDED_BY(mu_);
};

}  // namespace vams
