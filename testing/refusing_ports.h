#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <utility>

#include "ports/object_store.h"
#include "ports/search_index.h"

namespace vams {

// Fails the writes that `refuse` names, or every call while `down` is set; passes the rest on.
class RefusingIndex final : public SearchIndex {
 public:
  explicit RefusingIndex(SearchIndex& inner) : inner_(inner) {}

  std::optional<Error> down;
  std::function<std::optional<Error>(const BulkOp&)> refuse;
  std::size_t bulks = 0;

  const std::string& name() const override { return inner_.name(); }
  Result<std::optional<IndexInfo>> Describe() override { return inner_.Describe(); }
  Status Create(std::string_view definition) override { return inner_.Create(definition); }
  Status Drop() override { return inner_.Drop(); }
  Status Clear() override { return inner_.Clear(); }
  Result<ItemCount> Count() override { return inner_.Count(); }
  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> ids) override {
    return inner_.GetMany(ids);
  }
  Result<IndexPage> Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) override {
    return inner_.Scan(from, limit, content);
  }
  Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) override {
    ++bulks;
    if (down) return std::unexpected(*down);
    std::vector<Result<BulkOutcome>> outcomes;
    for (const BulkOp& op : ops) {
      if (auto error = refuse ? refuse(op) : std::nullopt) {
        outcomes.push_back(std::unexpected(std::move(*error)));
        continue;
      }
      TRY_ASSIGN(auto one, inner_.Bulk({&op, 1}));
      outcomes.push_back(std::move(one.front()));
    }
    return outcomes;
  }
  Result<SearchHits> Search(std::string_view query, ItemCount limit) override { return inner_.Search(query, limit); }
  Status Refresh() override { return inner_.Refresh(); }
  Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) override {
    return inner_.RefusedFields(bodies);
  }
  Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) override { return inner_.Sibling(suffix); }

 private:
  SearchIndex& inner_;
};

// Fails the HEADs that `refuse` names, and reading the notifications; counts HEADs.
class RefusingObjectStore final : public ObjectStore {
 public:
  explicit RefusingObjectStore(ObjectStore& inner) : inner_(inner) {}

  std::function<std::optional<Error>(const ObjectRef&)> refuse;
  std::optional<Error> refuse_topics;
  std::atomic<std::size_t> heads = 0;  // from any thread

  Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                          ItemCount limit) override {
    return inner_.List(bucket, prefix, from, limit);
  }
  Cursor After(std::string_view key) const override { return inner_.After(key); }
  Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) override {
    return inner_.CommonPrefixes(bucket, prefix);
  }
  Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override {
    heads += objects.size();
    TRY_ASSIGN(auto answers, inner_.HeadMany(objects));
    for (std::size_t i = 0; i < objects.size(); ++i) {
      if (auto error = refuse ? refuse(objects[i]) : std::nullopt) answers[i] = std::unexpected(std::move(*error));
    }
    return answers;
  }
  Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override {
    if (refuse_topics) return std::unexpected(*refuse_topics);
    return inner_.CreatedTopics(bucket);
  }

 private:
  ObjectStore& inner_;
};

}  // namespace vams
