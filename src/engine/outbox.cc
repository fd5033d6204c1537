#include "engine/outbox.h"

#include <algorithm>
#include <utility>

namespace vams {
namespace {

// How long an event may wait for others to fill its request.
constexpr Duration kFillFor = std::chrono::milliseconds(200);

}  // namespace

void Outbox::Add(Outgoing event, Duration now) {
  event.not_before = now;
  fresh_.push_back(std::move(event));
}

void Outbox::Again(Outgoing event) {
  const auto at = std::ranges::lower_bound(again_, event.not_before, std::greater<>{}, &Outgoing::not_before);
  again_.insert(at, std::move(event));
}

std::vector<Outgoing> Outbox::TakeBatch(const PublishLimits& limits, bool more_to_come, Duration now) {
  std::vector<Outgoing> batch;
  const auto ready = ReadyAt(limits, more_to_come);
  if (!ready || *ready > now) return batch;
  batch.reserve(std::min<std::uint64_t>(limits.entries.value, size()));
  std::uint64_t bytes = 0;
  const auto take = [&](Outgoing& event) {
    if (batch.size() >= limits.entries.value || (!batch.empty() && (event.alone || batch.front().alone))) return false;
    // What is too large by itself goes alone, so that the topic says so.
    if (!batch.empty() && bytes + event.bytes > limits.bytes.value) return false;
    bytes += event.bytes;
    batch.push_back(std::move(event));
    return true;
  };
  while (!again_.empty() && again_.back().not_before <= now && take(again_.back())) again_.pop_back();
  while (!fresh_.empty() && take(fresh_.front())) fresh_.pop_front();
  return batch;
}

std::optional<Duration> Outbox::ReadyAt(const PublishLimits& limits, bool more_to_come) const {
  std::optional<Duration> at;
  if (!again_.empty()) at = again_.back().not_before;
  if (fresh_.empty()) return at;
  const bool fills = fresh_.size() >= limits.entries.value;
  const Duration fresh_at = fills || !more_to_come ? fresh_.front().not_before : fresh_.front().not_before + kFillFor;
  return at ? std::min(*at, fresh_at) : fresh_at;
}

}  // namespace vams
