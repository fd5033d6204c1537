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

// Which world of AWS a region belongs to: "aws", "aws-cn", "aws-us-gov", ...
std::string_view PartitionOf(std::string_view region);
// Does the text have the form of a region's name? It ends up in host names: nothing else may.
bool IsRegionName(std::string_view text);

// "arn:aws:dynamodb:eu-west-1:123456789012:table/assets"; the partition is that of the region. `account` "" is unknown
// and gives '*', which is what a policy may hold.
std::string MakeArn(std::string_view service, std::string_view region, std::string_view account,
                    std::string_view resource);

}  // namespace vams::aws
