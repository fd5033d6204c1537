#include "run/verification/refusals.h"

#include "indexers/partial_write.h"

namespace vams {

Refusals::Refusals(const RunContext& run, SearchIndex& index) : run_(run), index_(index) {}

Refusals::~Refusals() {
  if (!scratch_) return;
  if (const Status dropped = scratch_->Drop(); !dropped) {
    run_.log.Warning("The scratch index {} could not be removed, delete it by hand: {}", scratch_->name(),
                     dropped.error().message);
  }
}

std::vector<std::vector<RefusedField>> Refusals::Of(const std::vector<std::string>& bodies) {
  std::vector<std::vector<RefusedField>> refused(bodies.size());
  if (bodies.empty()) return refused;
  if (auto asked = index_.RefusedFields(bodies)) {
    refused = *std::move(asked);
  } else {
    CannotTell(asked.error());
  }
  if (run_.options.explain && !scratch_failed_) Replay(bodies, refused);
  return refused;
}

void Refusals::Replay(const std::vector<std::string>& bodies, std::vector<std::vector<RefusedField>>& refused) {
  std::vector<BulkOp> ops;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (!refused[i].empty()) continue;
    ops.push_back({BulkOp::Kind::kIndex, std::to_string(i), bodies[i], std::nullopt});
    places.push_back(i);
  }
  if (ops.empty()) return;
  const auto replay = [&]() -> Status {
    if (!scratch_) TRY(MakeScratch());
    TRY_ASSIGN(auto written, WriteWithoutRefusedFields(*scratch_, std::move(ops)));
    for (std::size_t n = 0; n < places.size(); ++n) {
      const auto& outcome = written.outcomes[n];
      refused[places[n]] = std::move(written.refused[n]);
      // Not taken at all, and no field is to blame.
      if (!outcome && !outcome.error().retryable) refused[places[n]].push_back({"", outcome.error().message});
    }
    return {};
  };
  if (const Status done = replay(); !done) {
    scratch_failed_ = true;
    // An embedded VAMS has no scratch indexes and needs none: it takes every document.
    if (done.error().code != ErrorCode::kUsage) CannotTell(done.error());
  }
}

Status Refusals::MakeScratch() {
  TRY_ASSIGN(const auto info, index_.Describe());
  if (!info) return Fail(ErrorCode::kNotFound, "there is no index '{}'", index_.name());
  const auto moment = run_.clock.Now().time_since_epoch().count();
  TRY_ASSIGN(auto scratch, index_.Sibling(fmt::format("explain-{}", moment)));
  TRY(scratch->Create(info->definition));
  scratch_ = std::move(scratch);
  run_.log.Info("Replaying documents in the scratch index {}", scratch_->name());
  return {};
}

void Refusals::CannotTell(const Error& error) {
  if (told_) return;
  told_ = true;
  run_.log.Warning("What the mapping of {} refuses cannot be told: {}", index_.name(), error.message);
}

}  // namespace vams
