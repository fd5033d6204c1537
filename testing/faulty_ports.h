#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "ports/asset_table.h"
#include "ports/event_topic.h"
#include "ports/object_store.h"

namespace vams {

enum class Fault {
  kNone,
  kThrottle,   // refused, nothing was done
  kLostReply,  // done, but the caller hears a failure
  kPermanent,  // refused for good
};

// Which fault a try of one item meets, in percent. Pure: drawn from the seed, the item and the try, so that the same
// seed gives the same faults in whatever order threads arrive.
struct FaultPlan {
  std::uint64_t seed = 1;
  int throttle_percent = 0;
  int lost_reply_percent = 0;
  int permanent_percent = 0;
  int faults_per_item = 3;  // a transient fault meets an item at most so often, so that every run can end

  Fault Pick(std::string_view item, int attempt) const {
    const std::uint64_t draw = Hash(item) % 100;
    if (draw < static_cast<std::uint64_t>(permanent_percent)) return Fault::kPermanent;
    if (attempt > faults_per_item) return Fault::kNone;
    const auto transient = static_cast<int>(Hash(std::string(item) + "#" + std::to_string(attempt)) % 100);
    if (transient < throttle_percent) return Fault::kThrottle;
    return transient < throttle_percent + lost_reply_percent ? Fault::kLostReply : Fault::kNone;
  }

 private:
  // FNV-1a with a finishing mix: the low bits of the plain hash follow the last byte too closely.
  std::uint64_t Hash(std::string_view text) const {
    std::uint64_t h = 14695981039346656037u ^ (seed * 0x9E3779B97F4A7C15u);
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    return h ^ (h >> 33);
  }
};

inline Error FaultError(Fault fault) {
  Error error = fault == Fault::kPermanent  ? MakeError(ErrorCode::kInvalid, "refused for good")
                : fault == Fault::kThrottle ? MakeError(ErrorCode::kThrottled, "slow down")
                                            : MakeError(ErrorCode::kUnavailable, "the reply was lost");
  error.retryable = fault != Fault::kPermanent;
  return error;
}

// Counts the tries of each item. Safe for concurrent calls.
class Attempts {
 public:
  int Next(const std::string& item) {
    MutexLock lock(mu_);
    return ++counts_[item];
  }

 private:
  Mutex mu_;
  std::map<std::string, int> counts_ GUARDED_BY(mu_);
};

// A topic that refuses single messages and loses replies; what it takes goes to the inner one.
class FaultyTopic final : public EventTopic {
 public:
  FaultyTopic(std::unique_ptr<EventTopic> inner, FaultPlan plan) : inner_(std::move(inner)), plan_(plan) {}
  PublishLimits limits() const override { return inner_->limits(); }

  Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) override {
    std::vector<Status> statuses(messages.size());
    std::vector<TopicMessage> taken;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const Fault fault = plan_.Pick(messages[i].body, attempts_.Next(messages[i].body));
      if (fault != Fault::kNone) statuses[i] = std::unexpected(FaultError(fault));
      if (fault == Fault::kThrottle || fault == Fault::kPermanent) continue;
      taken.push_back(messages[i]);
      places.push_back(i);
    }
    TRY_ASSIGN(const auto inner, inner_->PublishBatch(topic, taken));
    for (std::size_t n = 0; n < inner.size(); ++n) {
      if (!inner[n]) statuses[places[n]] = inner[n];
    }
    return statuses;
  }

 private:
  std::unique_ptr<EventTopic> inner_;
  FaultPlan plan_;
  Attempts attempts_;
};

// An asset table whose touches meet faults; `before_touch` lets a test play another writer.
class FaultyAssetTable final : public AssetTable {
 public:
  FaultyAssetTable(std::unique_ptr<AssetTable> inner, FaultPlan plan) : inner_(std::move(inner)), plan_(plan) {}

  Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override {
    return inner_->Scan(segment, from, limit);
  }
  Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey> keys) override {
    return inner_->GetMany(keys);
  }
  Result<std::vector<AssetRecord>> FindInBucket(std::string_view bucket_id, std::string_view asset_id) override {
    return inner_->FindInBucket(bucket_id, asset_id);
  }
  Result<std::vector<std::vector<AssetRecord>>> FindManyInBucket(std::span<const BucketAsset> wanted) override {
    return inner_->FindManyInBucket(wanted);
  }
  Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey> keys, std::string_view value) override {
    if (before_touch) before_touch(keys);
    std::vector<Result<TouchOutcome>> outcomes(keys.size(), TouchOutcome::kDone);
    std::vector<AssetKey> taken;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string item = keys[i].database_id + "#" + keys[i].asset_id;
      const Fault fault = plan_.Pick(item, attempts_.Next(item));
      if (fault != Fault::kNone) outcomes[i] = std::unexpected(FaultError(fault));
      if (fault == Fault::kThrottle || fault == Fault::kPermanent) continue;
      taken.push_back(keys[i]);
      places.push_back(i);
    }
    TRY_ASSIGN(const auto inner, inner_->Touch(taken, value));
    for (std::size_t n = 0; n < inner.size(); ++n) {
      if (outcomes[places[n]]) outcomes[places[n]] = inner[n];
    }
    return outcomes;
  }
  Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey> keys, ClearTouch how) override {
    return inner_->Clear(keys, how);
  }
  Result<ItemCount> ApproximateCount() override { return inner_->ApproximateCount(); }

  std::function<void(std::span<const AssetKey>)> before_touch;

 private:
  std::unique_ptr<AssetTable> inner_;
  FaultPlan plan_;
  Attempts attempts_;
};

// An object store in which listing a named bucket fails.
class FaultyObjectStore final : public ObjectStore {
 public:
  FaultyObjectStore(std::unique_ptr<ObjectStore> inner, std::string broken_bucket, Error error)
      : inner_(std::move(inner)), broken_bucket_(std::move(broken_bucket)), error_(std::move(error)) {}

  Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                          ItemCount limit) override {
    if (bucket == broken_bucket_) return std::unexpected(error_);
    return inner_->List(bucket, prefix, from, limit);
  }
  Cursor After(std::string_view key) const override { return inner_->After(key); }
  Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) override {
    if (bucket == broken_bucket_) return std::unexpected(error_);
    return inner_->CommonPrefixes(bucket, prefix);
  }
  Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override {
    return inner_->HeadMany(objects);
  }
  Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override {
    return inner_->CreatedTopics(bucket);
  }

 private:
  std::unique_ptr<ObjectStore> inner_;
  std::string broken_bucket_;
  Error error_;
};

}  // namespace vams
