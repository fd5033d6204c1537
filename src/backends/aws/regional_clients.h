#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "backends/aws/aws_client.h"
#include "base/mutex.h"
#include "base/result.h"

namespace vams::aws {

// The client of one service in `region`. Safe for concurrent calls.
using ClientOfRegion = std::function<Result<std::shared_ptr<const AwsClient>>(const std::string& region)>;

// Makes the client of a region when it is first asked for, and keeps it: connections, retry quota and rate are a
// client's own. Safe for concurrent calls.
class RegionalClients {
 public:
  explicit RegionalClients(ClientOfRegion make);
  // kUsage: what a topic, a queue or a reply gave is no region's name. Else the errors of the factory, which are not
  // kept.
  Result<std::shared_ptr<const AwsClient>> Of(const std::string& region) EXCLUDES(mu_);

 private:
  const ClientOfRegion make_;
  Mutex mu_;
  std::map<std::string, std::shared_ptr<const AwsClient>> clients_ GUARDED_BY(mu_);
};

}  // namespace vams::aws
