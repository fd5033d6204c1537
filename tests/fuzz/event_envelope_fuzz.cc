// Any bytes in a queue's message are read without harm by both readers: the one pass of the service and the tree of the
// imitated function. What the service is to look at is an object that the event names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "indexers/file_events.h"
#include "indexers/queue_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const vams::QueueBody read = vams::ReadQueueBody(body);
  for (const vams::ObjectNotice& notice : read.notices) {
    if (notice.object.bucket.empty() || notice.object.key.empty()) std::abort();
  }

  const nlohmann::ordered_json record{{"eventSource", "aws:sqs"}, {"body", std::string(body)}};
  std::vector<nlohmann::ordered_json> holder;
  const vams::QueueContent content = vams::UnwrapQueueRecord(record, holder);
  if (content.records == nullptr || !content.records->is_array()) return 0;
  for (const nlohmann::ordered_json& one : *content.records) {
    if (one.is_object()) static_cast<void>(vams::ReadObjectRecord(one));
  }
  return 0;
}
