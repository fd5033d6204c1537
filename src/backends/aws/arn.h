#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vams::aws {

// arn:partition:service:region:account:resource
struct Arn {
  std::string partition;
  std::string service;
  std::string region;   // "" where the service has none in its ARNs
  std::string account;  // as region
  std::string resource;
};

// nullopt: not six parts, another first one, or an empty partition, service or resource.
std::optional<Arn> ParseArn(std::string_view text);
std::string FormatArn(const Arn& arn);
// Of what is in a region, in the region's partition. `account` "" is unknown and gives '*', as a policy may have it.
std::string ResourceArn(std::string_view service, std::string_view region, std::string_view account,
                        std::string_view resource);

}  // namespace vams::aws
