#pragma once

#include <string>
#include <string_view>

namespace vams::aws {

// "arn:aws:dynamodb:eu-west-1:123456789012:table/assets"; the partition is that of the region. `account` "" is unknown
// and gives '*', which is what a policy may hold.
std::string MakeArn(std::string_view service, std::string_view region, std::string_view account,
                    std::string_view resource);

}  // namespace vams::aws
