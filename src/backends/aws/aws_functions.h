#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/aws_client.h"
#include "base/result.h"

namespace vams::aws {

// A Lambda function and those of its environment variables that were asked for.
struct FunctionSettings {
  std::string name;
  std::map<std::string, std::string, std::less<>> variables;
};

// Every function of the account and region that has at least one of `variables`. Of the environments, which may hold
// secrets, nothing else is kept. Needs lambda:ListFunctions. kBadReply: the answer is no list of functions.
Result<std::vector<FunctionSettings>> ListFunctions(const AwsClient& lambda,
                                                    std::span<const std::string_view> variables);

}  // namespace vams::aws
