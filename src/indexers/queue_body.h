#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "documents/file_loader.h"

namespace vams {

// What a message of the file-event queue asks for.
struct QueueBody {
  std::vector<ObjectNotice> notices;  // in order, keys decoded
  // Why the message, or a record of it, can never be handled; "" where all is well.
  std::string problem;
};

// Reads a message body: an S3 event as it is, or inside SNS's envelope. Messages without S3 records (S3's test event)
// ask for nothing. One pass over the text, no tree.
QueueBody ReadQueueBody(std::string_view body);

}  // namespace vams
