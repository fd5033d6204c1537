#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/search_index.h"

namespace vams::cli {

// Remembers every write in order. Each is passed on and answered as taken, also where `inner` refuses it for good: the
// golden cases were made with an index that takes everything. With a status, every write is answered with that instead.
class RecordingIndex final : public SearchIndex {
 public:
  struct Request {
    std::string index;
    BulkOp op;
  };
  // `requests` may be shared by several indexes. `status`: what every write is answered with; nullopt: what `inner`
  // says.
  RecordingIndex(SearchIndex& inner, std::vector<Request>& requests, std::optional<int> status)
      : inner_(inner), requests_(requests), status_(status) {}

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
  Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) override;
  Result<SearchHits> Search(std::string_view query, ItemCount limit) override { return inner_.Search(query, limit); }
  Status Refresh() override { return inner_.Refresh(); }
  Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) override {
    return inner_.RefusedFields(bodies);
  }
  Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) override { return inner_.Sibling(suffix); }

 private:
  Result<BulkOutcome> Answer(const BulkOp& op, int status) const;

  SearchIndex& inner_;
  std::vector<Request>& requests_;
  std::optional<int> status_;
};

}  // namespace vams::cli
