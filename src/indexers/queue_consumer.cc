#include "indexers/queue_consumer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "indexers/queue_body.h"

namespace vams {
namespace {

// Look-ups and writes are made for so many records at once, however many a message holds.
constexpr std::size_t kRecordsAtOnce = 1000;

void Worsen(RecordOutcome& sum, const RecordOutcome& part) {
  sum.indexed += part.indexed;
  sum.deleted += part.deleted;
  sum.skipped = sum.skipped || part.skipped;
  sum.invalid = sum.invalid || part.invalid;
  sum.partial.insert(sum.partial.end(), part.partial.begin(), part.partial.end());
  // What may still succeed comes before what cannot: the message must come again for it.
  const bool worse = part.kind == RecordOutcome::Kind::kRetry
                         ? sum.kind != RecordOutcome::Kind::kRetry
                         : part.kind == RecordOutcome::Kind::kRefused && sum.kind == RecordOutcome::Kind::kSettled;
  if (worse) {
    sum.kind = part.kind;
    sum.reason = part.reason;
  }
}

}  // namespace

QueueConsumer::QueueConsumer(EventQueue& queue, const SourcePorts& source, SearchIndex& file_index,
                             Compatibility compatibility, Clock& clock, QueueConsumerOptions options)
    : queue_(queue), indexer_(source, file_index, compatibility, clock), options_(options) {}

Result<StepCounts> QueueConsumer::Step() {
  TRY_ASSIGN(const auto messages, queue_.Receive(options_.batch, options_.visibility));
  StepCounts counts;
  counts.taken = messages.size();
  if (messages.empty()) return counts;

  std::vector<RecordOutcome> outcomes(messages.size());
  std::vector<ObjectNotice> notices;
  std::vector<std::size_t> of_notice;  // the message
  for (std::size_t i = 0; i < messages.size(); ++i) {
    QueueBody body = ReadQueueBody(messages[i].body);
    if (!body.problem.empty()) {
      outcomes[i] = {.kind = RecordOutcome::Kind::kRefused, .reason = std::move(body.problem)};
    }
    for (ObjectNotice& notice : body.notices) {
      notices.push_back(std::move(notice));
      of_notice.push_back(i);
    }
  }
  for (std::size_t at = 0; at < notices.size(); at += kRecordsAtOnce) {
    const auto part = std::span(notices).subspan(at, std::min(kRecordsAtOnce, notices.size() - at));
    TRY_ASSIGN(const auto done, indexer_.HandleObjects(part));
    for (std::size_t n = 0; n < done.size(); ++n) Worsen(outcomes[of_notice[at + n]], done[n]);
  }

  std::vector<std::string> handled;
  handled.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const RecordOutcome& outcome = outcomes[i];
    counts.Add(outcome);
    const bool given_up =
        outcome.kind == RecordOutcome::Kind::kRetry && messages[i].receive_count >= options_.max_receives;
    if (outcome.kind == RecordOutcome::Kind::kSettled) {
      handled.push_back(messages[i].receipt);
    } else if (outcome.kind == RecordOutcome::Kind::kRefused || given_up) {
      TRY(queue_.Park(messages[i], outcome.reason));
      ++counts.parked;
    } else {
      ++counts.again;
    }
  }
  // A message whose deletion fails comes again and is indexed again, to the same effect.
  if (!handled.empty()) TRY(queue_.Delete(handled));
  return counts;
}

}  // namespace vams
