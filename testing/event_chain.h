#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "indexers/file_indexer.h"
#include "ports/event_topic.h"
#include "testing/bucket_sync.h"

namespace vams {

// The deployed chain behind the topics: topic -> queue -> bucket-sync function -> file indexer, in batches as the queue
// gives them. Safe for concurrent calls.
class EventChain {
 public:
  EventChain(MemoryDeployment& vams, Compatibility compatibility, Clock& clock);

  // A message of `topic` goes to the function that is bound so. A topic that nothing is bound to takes messages and
  // loses them, as one without a subscription does.
  void Bind(const std::string& topic, BucketSyncBinding binding);
  // For the Deployment; the chain must outlive it.
  std::unique_ptr<EventTopic> MakeTopic();

  // From now on each message is worked off before its publishing returns.
  void WorkAtOnce();

  // Works off the queues, also what bucket sync itself raises. Batches hold 10 messages in the order of publishing.
  void Drain();

  std::size_t published() const;  // messages of all topics, whoever took them
  std::size_t published(std::string_view topic) const;
  BucketSyncCounts counts() const;  // of all functions
  std::size_t dropped_batches() const { return dropped_; }

 private:
  class Topic;
  struct Branch {
    std::unique_ptr<BucketSync> sync;
    std::deque<std::string> queue;
  };
  static constexpr std::size_t kBatch = 10;

  void HandleBatch(Branch& branch);
  void DrainLocked() REQUIRES(mu_);

  MemoryDeployment& vams_;
  Clock& clock_;
  FileIndexer indexer_;
  std::size_t dropped_ = 0;
  mutable Mutex mu_;
  bool at_once_ GUARDED_BY(mu_) = false;
  std::map<std::string, Branch, std::less<>> branches_ GUARDED_BY(mu_);
  std::map<std::string, std::size_t, std::less<>> published_ GUARDED_BY(mu_);
};

}  // namespace vams
