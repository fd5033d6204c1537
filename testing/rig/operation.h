#pragma once

#include <cstddef>
#include <string_view>

#include "testing/rig/http_message.h"

namespace vams::rig {

enum class Service { kS3, kSns, kSqs, kDynamoDb, kSsm, kSts, kOpenSearch, kRig, kUnknown };

enum class Operation {
  kListObjectsV2,
  kHeadObject,
  kHeadBucket,
  kGetBucketNotificationConfiguration,
  kPublishBatch,
  kPublish,
  kListSubscriptionsByTopic,
  kGetTopicAttributes,
  kGetQueueUrl,
  kGetQueueAttributes,
  kScan,
  kQuery,
  kGetItem,
  kBatchGetItem,
  kUpdateItem,
  kPutItem,
  kBatchWriteItem,
  kDescribeTable,
  kListTables,
  kGetParameter,
  kGetParameters,
  kGetCallerIdentity,
  kIndexInfo,
  kIndexSettings,
  kIndexMapping,
  kIndexStats,
  kIndexCount,
  kRefresh,
  kOpenPointInTime,
  kClosePointInTime,
  kSearch,
  kMultiGet,
  kTermVectors,
  kClusterInfo,
  kRig,
  kUnknown,
};
inline constexpr std::size_t kOperations = static_cast<std::size_t>(Operation::kUnknown) + 1;

Operation OperationOf(const Request& request);
std::string_view NameOf(Operation operation);
Service ServiceOf(Operation operation);
// kUnknown for a name that is none.
Operation OperationNamed(std::string_view name);

}  // namespace vams::rig
