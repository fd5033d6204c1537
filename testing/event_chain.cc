#include "testing/event_chain.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

class EventChain::Topic final : public EventTopic {
 public:
  explicit Topic(EventChain& chain) : chain_(chain) {}

  PublishLimits limits() const override { return {ItemCount{10}, Bytes{262144}}; }

  Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) override {
    const MutexLock lock(chain_.mu_);
    chain_.published_[std::string(topic)] += messages.size();
    const auto branch = chain_.branches_.find(topic);
    for (const TopicMessage& message : messages) {
      if (branch != chain_.branches_.end()) branch->second.queue.push_back(message.body);
    }
    if (chain_.at_once_) chain_.DrainLocked();
    return std::vector<Status>(messages.size());
  }

 private:
  EventChain& chain_;
};

EventChain::EventChain(MemoryDeployment& vams, Compatibility compatibility, Clock& clock)
    : vams_(vams), clock_(clock), indexer_(vams.source(), vams.file_index(), compatibility, clock) {}

void EventChain::Bind(const std::string& topic, BucketSyncBinding binding) {
  const MutexLock lock(mu_);
  branches_[topic].sync = std::make_unique<BucketSync>(vams_, std::move(binding), clock_);
}

std::unique_ptr<EventTopic> EventChain::MakeTopic() { return std::make_unique<Topic>(*this); }

void EventChain::HandleBatch(Branch& branch) {
  Json event{{"Records", Json::array()}};
  std::vector<Json> records;
  for (std::size_t n = 0; n < kBatch && !branch.queue.empty(); ++n) {
    const Json envelope{{"Type", "Notification"}, {"Message", branch.queue.front()}};
    const Json message = Json::parse(branch.queue.front());
    for (const Json& record : message.at("Records")) records.push_back(record);
    event["Records"].push_back({{"eventSource", "aws:sqs"}, {"body", envelope.dump()}});
    branch.queue.pop_front();
  }
  const bool invoke = branch.sync->Handle(records);
  for (std::string& body : branch.sync->TakeRaised()) branch.queue.push_back(std::move(body));
  if (invoke) {
    indexer_.HandleEvent(event);
  } else {
    ++dropped_;
  }
}

void EventChain::WorkAtOnce() {
  const MutexLock lock(mu_);
  at_once_ = true;
}

void EventChain::Drain() {
  const MutexLock lock(mu_);
  DrainLocked();
}

void EventChain::DrainLocked() {
  for (auto& [topic, branch] : branches_) {
    while (!branch.queue.empty()) HandleBatch(branch);
  }
}

std::size_t EventChain::published() const {
  const MutexLock lock(mu_);
  std::size_t sum = 0;
  for (const auto& [topic, count] : published_) sum += count;
  return sum;
}

std::size_t EventChain::published(std::string_view topic) const {
  const MutexLock lock(mu_);
  const auto it = published_.find(topic);
  return it == published_.end() ? 0 : it->second;
}

BucketSyncCounts EventChain::counts() const {
  const MutexLock lock(mu_);
  BucketSyncCounts sum;
  for (const auto& [topic, branch] : branches_) {
    const BucketSyncCounts& one = branch.sync->counts();
    sum.deleted += one.deleted;
    sum.rewritten += one.rewritten;
    sum.created_assets += one.created_assets;
    sum.created_databases += one.created_databases;
    sum.retyped += one.retyped;
    sum.refused += one.refused;
    sum.passed += one.passed;
  }
  return sum;
}

}  // namespace vams
