#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/dynamo_table.h"
#include "base/clock.h"
#include "ports/stream_readers.h"

namespace vams::aws {

// The Lambda functions that the streams of the tables are mapped to (lambda:ListEventSourceMappings), and CloudWatch's
// IteratorAge of each (cloudwatch:GetMetricStatistics).
class AwsStreamReaders final : public StreamReaders {
 public:
  struct Clients {
    std::shared_ptr<const AwsClient> dynamodb;
    std::shared_ptr<const AwsClient> lambda;
    std::shared_ptr<const AwsClient> cloudwatch;
  };
  // `clock` outlives it.
  AwsStreamReaders(Clients clients, std::vector<std::string> tables, const Clock& clock);

  // kPrecondition: the table has no stream.
  Result<std::vector<StreamReader>> Of(const std::string& table) override;
  const std::vector<std::string>& tables() const override { return tables_; }

 private:
  Result<std::optional<Duration>> Behind(const std::string& function) const;

  const Clients clients_;
  const std::vector<std::string> tables_;
  const Clock& clock_;
};

}  // namespace vams::aws
