#pragma once

#include <string>

#include "backends/aws/aws_client.h"
#include "base/result.h"

namespace vams::aws {

// Whose credentials sign.
struct CallerIdentity {
  std::string account;  // twelve digits
  std::string arn;      // "arn:aws:sts::123456789012:assumed-role/migrator/session"
};

// STS GetCallerIdentity, which needs no permission: the cheapest proof that credentials are good.
Result<CallerIdentity> GetCallerIdentity(const AwsClient& sts);

}  // namespace vams::aws
