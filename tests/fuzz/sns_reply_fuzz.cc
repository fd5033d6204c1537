// Replies of SNS and notification configurations of S3, whatever bytes they hold. The first byte chooses the reader.
#include <cstdlib>
#include <string_view>

#include "backends/aws/events/sns_reply.h"
#include "backends/aws/objects/s3_notification.h"
#include "base/text.h"

namespace {

template <class T>
void CheckError(const vams::Result<T>& result) {
  if (result) return;
  const vams::Error& error = result.error();
  if (error.code != vams::ErrorCode::kBadReply || error.message != vams::Printable(error.message)) std::abort();
}

// Never more successes than ids that were named, and one status for each entry that was sent.
void CheckBatch(const vams::aws::BatchReply& reply) {
  constexpr std::size_t kSent = 10;
  const vams::Call call{.service = vams::Service::kSns, .operation = "PublishBatch"};
  const std::vector<vams::Status> statuses = vams::aws::StatusesOf(reply, kSent, "", call);
  if (statuses.size() != kSent) std::abort();
  std::size_t succeeded = 0;
  for (const vams::Status& status : statuses) succeeded += status ? 1 : 0;
  if (succeeded > reply.successful.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: {
      const auto reply = vams::aws::ReadPublishBatchReply(body);
      CheckError(reply);
      if (reply) CheckBatch(*reply);
      break;
    }
    case 1: CheckError(vams::aws::ReadSubscriptions(body)); break;
    default: {
      const auto notifications = vams::aws::ReadNotifications(body);
      CheckError(notifications);
      if (!notifications) break;
      for (const vams::aws::TopicNotification& notification : *notifications) {
        if (notification.topic.empty()) std::abort();
      }
    }
  }
  return 0;
}
