#include "net/access_denied.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams {
namespace {

struct Renamed {
  std::string_view operation;  // with the service
  std::string_view action;
};

// Source: the services' pages of the Service Authorization Reference.
constexpr std::array kRenamed = {
    Renamed{"s3:HeadObject", "s3:GetObject"},
    Renamed{"s3:HeadBucket", "s3:ListBucket"},
    Renamed{"s3:ListObjectsV2", "s3:ListBucket"},
    Renamed{"s3:ListObjectVersions", "s3:ListBucketVersions"},
    Renamed{"s3:ListBuckets", "s3:ListAllMyBuckets"},
    Renamed{"s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification"},
    Renamed{"s3:PutBucketNotificationConfiguration", "s3:PutBucketNotification"},
    Renamed{"sns:PublishBatch", "sns:Publish"},
    Renamed{"sqs:SendMessageBatch", "sqs:SendMessage"},
    Renamed{"sqs:DeleteMessageBatch", "sqs:DeleteMessage"},
    Renamed{"sqs:ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"},
    Renamed{"lambda:ListFunctions20150331", "lambda:ListFunctions"},
    Renamed{"lambda:Invoke", "lambda:InvokeFunction"},
};

// "POST _bulk" -> "es:ESHttpPost"
std::string DomainAction(std::string_view operation) {
  const std::string_view method = operation.substr(0, operation.find(' '));
  constexpr std::array kMethods = {Renamed{"GET", "Get"}, Renamed{"HEAD", "Head"}, Renamed{"PUT", "Put"},
                                   Renamed{"DELETE", "Delete"}, Renamed{"PATCH", "Patch"}};
  for (const auto& [name, word] : kMethods) {
    if (method == name) return fmt::format("es:ESHttp{}", word);
  }
  return "es:ESHttpPost";
}

// The word after `before`, without what ends a sentence; "" when `before` is not there.
std::string_view WordAfter(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == text.npos) return {};
  text.remove_prefix(at + before.size());
  text = text.substr(0, text.find_first_of(" \t\"'<>[]{}"));
  while (!text.empty() && (text.back() == '.' || text.back() == ',' || text.back() == ';')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string IamAction(const Call& call) {
  if (call.service == Service::kOpenSearch) return DomainAction(call.operation);
  if (call.service == Service::kOpenSearchServerless) return "aoss:APIAccessAll";
  if (call.service == Service::kDynamoDbStreams) return "dynamodb:" + call.operation;
  std::string name = OperationName(call);
  for (const Renamed& renamed : kRenamed) {
    if (renamed.operation == name) return std::string(renamed.action);
  }
  return name;
}

Denial ReadDenial(std::string_view message, const Call& call) {
  Denial denial;
  // "User: arn:... is not authorized to perform: dynamodb:Scan on resource: arn:... because no identity-based policy
  // allows ..."
  const std::string_view action = WordAfter(message, "not authorized to perform: ");
  denial.action = action.find(':') != action.npos ? std::string(action) : IamAction(call);
  const std::string_view resource = WordAfter(message, "on resource: ");
  if (resource.starts_with("arn:") || resource == "*") {
    denial.resource = resource;
  } else {
    denial.resource = call.resource.empty() ? "*" : call.resource;
  }
  denial.explicit_deny = message.find("explicit deny") != message.npos;
  return denial;
}

std::string PolicyStatement(const Denial& denial) {
  nlohmann::ordered_json statement;
  statement["Effect"] = "Allow";
  statement["Action"] = denial.action;
  statement["Resource"] = denial.resource;
  // What came from a reply may be no UTF-8.
  return statement.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string DenialHint(const Denial& denial, const Call& call) {
  if (denial.explicit_deny) {
    return fmt::format(
        "a policy denies {} on {} explicitly (a service control policy, a boundary, a resource's own policy): that has "
        "to change, allowing it elsewhere does not help",
        Printable(denial.action), Printable(denial.resource));
  }
  std::string hint = "allow it with this statement of an IAM policy: " + PolicyStatement(denial);
  if (call.service == Service::kOpenSearchServerless)
    hint += ", and name the role in the collection's data access policy";
  if (call.service == Service::kOpenSearch) {
    hint += "; with fine-grained access control, also map the role in the domain's security plugin";
  }
  if (denial.resource == "*") hint += " (narrow the resource to what is used)";
  return hint;
}

}  // namespace vams
