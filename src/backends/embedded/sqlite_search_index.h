#pragma once

#include <memory>
#include <string>

#include "backends/embedded/vams_directory.h"
#include "ports/search_index.h"

namespace vams::embedded {

// An index file: documents by id with external versions, and their words in FTS5. A write is seen at once.
class SqliteSearchIndex final : public SearchIndex {
 public:
  static Result<std::unique_ptr<SqliteSearchIndex>> Open(std::shared_ptr<VamsDirectory> directory, FileKind kind);

  const std::string& name() const override { return name_; }
  Result<std::optional<IndexInfo>> Describe() override;
  Status Create(std::string_view definition) override;
  Status Drop() override;
  Status Clear() override;
  Result<ItemCount> Count() override;
  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> ids) override;
  Result<IndexPage> Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) override;
  Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) override;
  Result<SearchHits> Search(std::string_view query, ItemCount limit) override;
  Status Refresh() override;
  Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) override;
  Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) override;

 private:
  SqliteSearchIndex(std::shared_ptr<VamsDirectory> directory, Database& database, std::string name)
      : directory_(std::move(directory)), database_(database), name_(std::move(name)) {}
  Status RequireIndex(Connection& c) const;

  std::shared_ptr<VamsDirectory> directory_;
  Database& database_;
  const std::string name_;
};

}  // namespace vams::embedded
