#include "backends/aws/arn.h"

#include <fmt/format.h>

namespace vams::aws {
namespace {

std::string_view PartitionOf(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

}  // namespace

std::string MakeArn(std::string_view service, std::string_view region, std::string_view account,
                    std::string_view resource) {
  return fmt::format("arn:{}:{}:{}:{}:{}", PartitionOf(region), service, region, account.empty() ? "*" : account,
                     resource);
}

}  // namespace vams::aws
