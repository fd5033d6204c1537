#pragma once

#include <memory>
#include <string>

#include "backends/aws/aws_client.h"
#include "ports/parameters.h"

namespace vams::aws {

// Parameters of SSM, encrypted ones decrypted. A name may be an ARN, or have a version or label behind a colon.
class AwsParameters final : public Parameters {
 public:
  // `account`: that of the parameters, for messages; "" unknown.
  explicit AwsParameters(std::shared_ptr<const AwsClient> ssm, std::string account = {});

  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> names) override;

 private:
  Result<std::vector<std::optional<std::string>>> GetBatch(std::span<const std::string> names) const;
  std::string ArnOf(std::span<const std::string> names) const;

  const std::shared_ptr<const AwsClient> ssm_;
  const std::string account_;
};

}  // namespace vams::aws
