#pragma once

#include <memory>
#include <string>

#include "backends/aws/regional_clients.h"
#include "testing/scripted_transport.h"

namespace vams {

// Clients for AWS's own endpoints, https://<service>.<region>.amazonaws.com, that all send through one script.
inline aws::ClientOfRegion ScriptedClients(const std::shared_ptr<ScriptedTransport>& script, Service service) {
  return [script, service](const std::string& region) -> Result<std::shared_ptr<const aws::AwsClient>> {
    const std::string name(ServiceName(service));
    Url endpoint{.host = name + "." + region + ".amazonaws.com"};
    return std::make_shared<const aws::AwsClient>(script, service, std::move(endpoint), region, name);
  };
}

}  // namespace vams
