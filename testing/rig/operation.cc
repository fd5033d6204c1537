#include "testing/rig/operation.h"

#include <algorithm>
#include <array>

namespace vams::rig {
namespace {

using enum Operation;

struct Known {
  Operation operation;
  std::string_view name;
  Service service;
};
constexpr std::array<Known, kOperations> kKnown{{
    {kListObjectsV2, "ListObjectsV2", Service::kS3},
    {kHeadObject, "HeadObject", Service::kS3},
    {kHeadBucket, "HeadBucket", Service::kS3},
    {kGetBucketNotificationConfiguration, "GetBucketNotificationConfiguration", Service::kS3},
    {kPublishBatch, "PublishBatch", Service::kSns},
    {kPublish, "Publish", Service::kSns},
    {kListSubscriptionsByTopic, "ListSubscriptionsByTopic", Service::kSns},
    {kGetTopicAttributes, "GetTopicAttributes", Service::kSns},
    {kGetQueueUrl, "GetQueueUrl", Service::kSqs},
    {kGetQueueAttributes, "GetQueueAttributes", Service::kSqs},
    {kScan, "Scan", Service::kDynamoDb},
    {kQuery, "Query", Service::kDynamoDb},
    {kGetItem, "GetItem", Service::kDynamoDb},
    {kBatchGetItem, "BatchGetItem", Service::kDynamoDb},
    {kUpdateItem, "UpdateItem", Service::kDynamoDb},
    {kPutItem, "PutItem", Service::kDynamoDb},
    {kBatchWriteItem, "BatchWriteItem", Service::kDynamoDb},
    {kDescribeTable, "DescribeTable", Service::kDynamoDb},
    {kListTables, "ListTables", Service::kDynamoDb},
    {kGetParameter, "GetParameter", Service::kSsm},
    {kGetParameters, "GetParameters", Service::kSsm},
    {kGetCallerIdentity, "GetCallerIdentity", Service::kSts},
    {kIndexInfo, "IndexInfo", Service::kOpenSearch},
    {kIndexSettings, "IndexSettings", Service::kOpenSearch},
    {kIndexMapping, "IndexMapping", Service::kOpenSearch},
    {kIndexStats, "IndexStats", Service::kOpenSearch},
    {kIndexCount, "IndexCount", Service::kOpenSearch},
    {kRefresh, "Refresh", Service::kOpenSearch},
    {kOpenPointInTime, "OpenPointInTime", Service::kOpenSearch},
    {kClosePointInTime, "ClosePointInTime", Service::kOpenSearch},
    {kSearch, "Search", Service::kOpenSearch},
    {kMultiGet, "MultiGet", Service::kOpenSearch},
    {kTermVectors, "TermVectors", Service::kOpenSearch},
    {kClusterInfo, "ClusterInfo", Service::kOpenSearch},
    {Operation::kRig, "Rig", Service::kRig},
    {Operation::kUnknown, "Unknown", Service::kUnknown},
}};
static_assert([] {
  for (std::size_t i = 0; i < kOperations; ++i) {
    if (static_cast<std::size_t>(kKnown[i].operation) != i) return false;
  }
  return true;
}());

Operation OfSearch(const Request& request) {
  const std::string_view path = request.path;
  if (path == "/") return kClusterInfo;
  if (path == "/_search") return kSearch;
  if (path == "/_search/point_in_time" && request.method == "DELETE") return kClosePointInTime;
  const std::size_t slash = path.find('/', 1);
  if (slash == std::string_view::npos) return path.starts_with("/_") ? Operation::kUnknown : kIndexInfo;
  const std::string_view verb = path.substr(slash + 1);
  if (verb.starts_with("_settings")) return kIndexSettings;
  if (verb == "_mapping") return kIndexMapping;
  if (verb.starts_with("_stats")) return kIndexStats;
  if (verb == "_count") return kIndexCount;
  if (verb == "_refresh") return kRefresh;
  if (verb == "_search/point_in_time") return kOpenPointInTime;
  if (verb == "_search") return kSearch;
  if (verb == "_mget") return kMultiGet;
  if (verb == "_mtermvectors") return kTermVectors;
  return Operation::kUnknown;
}

Operation OfS3(const Request& request) {
  const std::string_view path = request.path;
  if (path.size() < 2) return Operation::kUnknown;
  const std::size_t slash = path.find('/', 1);
  const bool of_bucket = slash == std::string_view::npos || slash + 1 == path.size();
  if (request.method == "HEAD") return of_bucket ? kHeadBucket : kHeadObject;
  if (request.method != "GET" || !of_bucket) return Operation::kUnknown;
  if (HasParameter(request.query, "notification")) return kGetBucketNotificationConfiguration;
  return HasParameter(request.query, "list-type") ? kListObjectsV2 : Operation::kUnknown;
}

}  // namespace

Operation OperationOf(const Request& request) {
  if (request.path.starts_with("/_rig/")) return Operation::kRig;
  if (request.door == Door::kOpenSearch) return OfSearch(request);
  if (!request.target.empty()) return OperationNamed(request.target.substr(request.target.find('.') + 1));
  if (request.method == "POST") return OperationNamed(RawParameter(request.body, "Action"));
  return OfS3(request);
}

std::string_view NameOf(Operation operation) { return kKnown[static_cast<std::size_t>(operation)].name; }

Service ServiceOf(Operation operation) { return kKnown[static_cast<std::size_t>(operation)].service; }

Operation OperationNamed(std::string_view name) {
  const auto known = std::ranges::find(kKnown, name, &Known::name);
  return known == kKnown.end() ? Operation::kUnknown : known->operation;
}

}  // namespace vams::rig
