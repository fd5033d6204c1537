#pragma once

#include <string>
#include <string_view>

#include "net/service.h"

namespace vams {

// The IAM action that a call needs; it often has another name than the operation ("sns:PublishBatch" needs
// "sns:Publish").
std::string IamAction(const Call& call);

// What a refusal tells: from the service's message where it names them, else from the call.
struct Denial {
  std::string action;          // "dynamodb:Scan"
  std::string resource;        // ARN; "*" where neither the message nor the call has one
  bool explicit_deny = false;  // a policy forbids it: another that allows it does not help
};
Denial ReadDenial(std::string_view message, const Call& call);

// {"Effect":"Allow","Action":"dynamodb:Scan","Resource":"arn:..."}: one statement of an IAM policy, on one line.
std::string PolicyStatement(const Denial& denial);
// What the user can do about it, on one line, with the statement where one helps.
std::string DenialHint(const Denial& denial, const Call& call);

}  // namespace vams
