#pragma once

#include <string>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/aws_side_tables.h"
#include "base/result.h"

namespace vams::aws {

// The names of the side tables of the deployment whose asset table is `asset_table`: those of `given` where they are
// not "", the others as the deployed functions have them in their environment (lambda:ListFunctions), else by the way a
// deployment names its tables (dynamodb:ListTables). kUsage: some cannot be told; the message names their settings, the
// hint the ways out. Errors of the services other than a refusal are passed on.
Result<SideTableNames> FindSideTables(const AwsClient& lambda, const AwsClient& dynamodb,
                                      const std::string& asset_table, SideTableNames given);

}  // namespace vams::aws
