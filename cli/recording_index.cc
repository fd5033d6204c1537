#include "cli/recording_index.h"

namespace vams::cli {
namespace {

// Upstream's client sends a request again, three times at most, where these are the answers.
std::size_t TimesSent(int status) { return status >= 502 && status <= 504 ? 4 : 1; }

}  // namespace

Result<BulkOutcome> RecordingIndex::Answer(const BulkOp& op, int status) const {
  const bool index = op.kind == BulkOp::Kind::kIndex;
  if (status >= 200 && status < 300) return index ? BulkOutcome::kCreated : BulkOutcome::kDeleted;
  if (status == 404 && !index) return BulkOutcome::kAbsent;
  return Fail(ErrorCode::kInvalid, "the index answers {}", status);
}

Result<std::vector<Result<BulkOutcome>>> RecordingIndex::Bulk(std::span<const BulkOp> ops) {
  for (const BulkOp& op : ops)
    requests_.insert(requests_.end(), status_ ? TimesSent(*status_) : 1, {inner_.name(), op});
  std::vector<Result<BulkOutcome>> outcomes;
  if (status_) {
    for (const BulkOp& op : ops) outcomes.push_back(Answer(op, *status_));
    return outcomes;
  }
  TRY_ASSIGN(outcomes, inner_.Bulk(ops));
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (!outcomes[i] && !outcomes[i].error().retryable) outcomes[i] = Answer(ops[i], 200);
  }
  return outcomes;
}

}  // namespace vams::cli
