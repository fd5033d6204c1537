#include "backends/aws/events/batch_reply.h"

#include <charconv>
#include <optional>

#include "net/service_error.h"

namespace vams::aws {
namespace {

std::optional<std::size_t> IndexOf(std::string_view id, std::size_t count) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), index);
  if (id.empty() || error != std::errc() || end != id.data() + id.size() || index >= count) return std::nullopt;
  return index;
}

Error Unmentioned(std::string_view request_id, const Call& call) {
  Error error = MakeError(ErrorCode::kBadReply, "the reply to the batch does not mention this entry");
  error.retryable = true;
  error.operation = OperationName(call);
  error.request_id = request_id;
  return error;
}

}  // namespace

std::vector<Status> StatusesOf(const BatchReply& reply, std::size_t count, std::string_view request_id,
                               const Call& call) {
  std::vector<Status> statuses(count);
  std::vector<bool> mentioned(count);
  for (const std::string& id : reply.successful) {
    if (const auto index = IndexOf(id, count)) mentioned[*index] = true;
  }
  for (const BatchReply::Failed& failed : reply.failed) {
    const auto index = IndexOf(failed.id, count);
    if (!index) continue;
    mentioned[*index] = true;
    Error error = FromEntry(failed.code, failed.message, request_id, call);
    error.retryable = error.retryable || !failed.sender_fault;
    statuses[*index] = std::unexpected(std::move(error));
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!mentioned[i]) statuses[i] = std::unexpected(Unmentioned(request_id, call));
  }
  return statuses;
}

}  // namespace vams::aws
