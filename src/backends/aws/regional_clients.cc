#include "backends/aws/regional_clients.h"

#include <utility>

#include "backends/aws/arn.h"
#include "base/text.h"
#include "net/region.h"

namespace vams::aws {

RegionalClients::RegionalClients(ClientOfRegion make) : make_(std::move(make)) {}

Result<std::shared_ptr<const AwsClient>> RegionalClients::Of(const std::string& region) {
  if (!IsRegionName(region)) return Fail(ErrorCode::kUsage, "'{}' is no name of a region", Printable(region));
  // Held while the client is made, so that two threads do not make two.
  const MutexLock lock(mu_);
  if (const auto found = clients_.find(region); found != clients_.end()) return found->second;
  TRY_ASSIGN(auto client, make_(region));
  clients_.emplace(region, client);
  return client;
}

}  // namespace vams::aws
