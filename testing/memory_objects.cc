#include <algorithm>

#include "testing/memory_deployment.h"

namespace vams {
namespace {

class MemoryObjectStore final : public ObjectStore {
 public:
  explicit MemoryObjectStore(MemoryState& state) : state_(state) {}

  Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                          ItemCount limit) override {
    const MutexLock lock(state_.mu);
    const auto found = state_.buckets.find(bucket);
    if (found == state_.buckets.end()) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", bucket);
    ObjectPage page;
    const auto& objects = found->second.objects;
    auto it =
        from && from->token >= prefix ? objects.upper_bound(from->token) : objects.lower_bound(std::string(prefix));
    for (; it != objects.end() && it->first.starts_with(prefix); ++it) {
      if (!it->second.head) continue;
      if (page.entries.size() == limit.value) {
        page.next = Cursor{page.entries.back().key};
        break;
      }
      const ObjectHead& head = *it->second.head;
      page.entries.push_back({.key = it->first,
                              .size = head.size,
                              .last_modified = head.last_modified,
                              .etag = head.etag,
                              .head = std::nullopt});
    }
    return page;
  }

  Cursor After(std::string_view key) const override { return {std::string(key)}; }

  Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) override {
    const MutexLock lock(state_.mu);
    const auto found = state_.buckets.find(bucket);
    if (found == state_.buckets.end()) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", bucket);
    std::vector<std::string> common;
    for (const auto& [key, object] : found->second.objects) {
      if (!object.head || !key.starts_with(prefix) || key.find('/', prefix.size()) == std::string::npos) continue;
      std::string text = key.substr(0, key.find('/', prefix.size()) + 1);
      if (common.empty() || common.back() != text) common.push_back(std::move(text));
    }
    return common;
  }

  Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override {
    const MutexLock lock(state_.mu);
    std::vector<Result<std::optional<ObjectHead>>> heads;
    heads.reserve(objects.size());
    for (const ObjectRef& ref : objects) {
      std::optional<ObjectHead> head;
      if (const auto bucket = state_.buckets.find(ref.bucket); bucket != state_.buckets.end()) {
        const auto object = bucket->second.objects.find(ref.key);
        if (object != bucket->second.objects.end()) head = object->second.head;
      }
      heads.emplace_back(std::move(head));
    }
    return heads;
  }

  Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override {
    const MutexLock lock(state_.mu);
    const auto found = state_.buckets.find(bucket);
    if (found == state_.buckets.end()) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", bucket);
    return found->second.topics;
  }

 private:
  MemoryState& state_;
};

}  // namespace

std::unique_ptr<ObjectStore> MakeMemoryObjectStore(MemoryState& state) {
  return std::make_unique<MemoryObjectStore>(state);
}

}  // namespace vams
