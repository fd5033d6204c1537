#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/service.h"

namespace vams::aws {

// What SNS and SQS say about a batch whose entries had the ids "0", "1", ... A reply with status 200 may hold failures.
struct BatchReply {
  struct Failed {
    std::string id;
    std::string code;
    std::string message;
    bool sender_fault = true;
  };
  std::vector<std::string> successful;  // ids
  std::vector<Failed> failed;
};

// One status for each of `count` entries, in order. A failure that is not the sender's fault may be tried again, and so
// may one whose code says so. An entry that the reply mentions as both has failed; one that it does not mention is an
// error that may be tried again: its outcome is unknown. Ids that were not sent are ignored.
std::vector<Status> StatusesOf(const BatchReply& reply, std::size_t count, std::string_view request_id,
                               const Call& call);

}  // namespace vams::aws
