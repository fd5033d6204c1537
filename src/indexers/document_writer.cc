#include "indexers/document_writer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace vams {
namespace {

constexpr std::size_t kNoWrite = static_cast<std::size_t>(-1);

// The result as far as the verdict alone tells it; what is to be written counts as done.
OperationResult ResultOf(const PlannedOperation& planned) {
  const Decision& decision = planned.verdict.decision;
  OperationResult result{.success = true,
                         .message = decision.message,
                         .document_id = decision.document.id,
                         .operation = {},
                         .kind = decision.kind,
                         .rule = decision.rule};
  switch (decision.kind) {
    case Decision::Kind::kIndex: result.operation = "index"; break;
    case Decision::Kind::kDelete: result.operation = "delete"; break;
    case Decision::Kind::kSkip: result.operation = "skip"; break;
    case Decision::Kind::kInvalid:
      result.success = false;
      result.operation = "validation_error";
      break;
    case Decision::Kind::kError:
      result.success = false;
      result.operation = planned.verdict.stage == FailureStage::kEvent ? "error" : planned.requested;
      if (planned.verdict.stage != FailureStage::kSend) result.document_id.clear();
      break;
  }
  return result;
}

}  // namespace

std::uint64_t DocumentWriter::TakeVersion() {
  const auto now = static_cast<std::uint64_t>(clock_.Now().time_since_epoch().count());
  last_version_ = std::max(now, last_version_ + 1);
  return last_version_;
}

Result<std::vector<OperationResult>> DocumentWriter::Write(std::vector<PlannedOperation> operations,
                                                           std::uint64_t version, OnRefusal on_refusal) {
  std::vector<OperationResult> results;
  results.reserve(operations.size());
  std::vector<BulkOp> ops;
  std::vector<std::size_t> op_of(operations.size(), kNoWrite);
  std::unordered_map<std::string, std::size_t> op_of_id;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    results.push_back(ResultOf(operations[i]));
    Decision& decision = operations[i].verdict.decision;
    const bool index = decision.kind == Decision::Kind::kIndex;
    if (!index && decision.kind != Decision::Kind::kDelete) continue;
    const auto [place, added] = op_of_id.try_emplace(decision.document.id, ops.size());
    if (added) ops.emplace_back();
    ops[place->second] = {.kind = index ? BulkOp::Kind::kIndex : BulkOp::Kind::kDelete,
                          .id = std::move(decision.document.id),
                          .body = std::move(decision.document.body),
                          .version = version};
    op_of[i] = place->second;
  }
  if (ops.empty()) return results;
  PartialWrite written;
  if (on_refusal == OnRefusal::kWriteWithoutThem) {
    TRY_ASSIGN(written, WriteWithoutRefusedFields(index_, std::move(ops)));
  } else {
    TRY_ASSIGN(written.outcomes, index_.Bulk(ops));
    written.refused.resize(ops.size());
  }
  for (std::size_t i = operations.size(); i-- > 0;) {
    if (op_of[i] == kNoWrite) continue;
    const auto& outcome = written.outcomes[op_of[i]];
    if (outcome) {  // a version conflict too: what is there is newer
      // Told once for a document, by the operation that counts for all.
      results[i].refused = std::exchange(written.refused[op_of[i]], {});
      if (!results[i].refused.empty()) results[i].message = "Indexed, but " + RefusalCause(results[i].refused);
      continue;
    }
    results[i].success = false;
    results[i].message = outcome.error().message;
    results[i].rule = "index-refused";
    results[i].retryable = outcome.error().retryable;
  }
  return results;
}

}  // namespace vams
