#include "net/service.h"

namespace vams {

std::string_view ServiceName(Service service) {
  switch (service) {
    case Service::kDynamoDb: return "dynamodb";
    case Service::kDynamoDbStreams: return "dynamodbstreams";
    case Service::kS3: return "s3";
    case Service::kSns: return "sns";
    case Service::kSqs: return "sqs";
    case Service::kSsm: return "ssm";
    case Service::kSts: return "sts";
    case Service::kLambda: return "lambda";
    case Service::kCloudWatch: return "cloudwatch";
    case Service::kSso: return "sso";
    case Service::kOpenSearch: return "es";
    case Service::kOpenSearchServerless: return "aoss";
    case Service::kMetadata: return "metadata";
  }
  return "unknown";
}

std::string OperationName(const Call& call) {
  std::string name(ServiceName(call.service));
  name.push_back(':');
  return name + call.operation;
}

}  // namespace vams
