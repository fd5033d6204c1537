#pragma once

#include <string>

#include "backends/aws/tables/dynamo_table.h"
#include "base/result.h"

namespace vams::aws {

// The ARN of the table's change stream. kPrecondition: it has none, or one that does not tell what was written. Needs
// dynamodb:DescribeTable.
Result<std::string> StreamArnOf(const DynamoTable& table);

}  // namespace vams::aws
