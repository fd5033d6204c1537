#pragma once

#include <string>
#include <string_view>

namespace vams {

// Who is spoken to. It decides how an error body is read, which error codes there are and how long to back off.
enum class Service {
  kDynamoDb,
  kDynamoDbStreams,
  kS3,
  kSns,
  kSqs,
  kSsm,
  kSts,
  kLambda,
  kCloudWatch,
  kSso,  // portal.sso and oidc: unsigned JSON
  kOpenSearch,
  kOpenSearchServerless,
  kMetadata,  // instance and container metadata: plain HTTP on the machine itself
};

// "dynamodb", "dynamodbstreams", "s3", ..., "es", "aoss", "metadata"
std::string_view ServiceName(Service service);

// What a request is for. Goes with it for errors, retries and traces; never sent.
struct Call {
  Service service = Service::kDynamoDb;
  // As the service's own reference calls it, without the service: "Scan", "ListObjectsV2". OpenSearch: method and path,
  // "POST _bulk".
  std::string operation{};
  std::string resource{};  // ARN, or "" where none is known; named when access is denied
};

// "dynamodb:Scan"
std::string OperationName(const Call& call);

}  // namespace vams
