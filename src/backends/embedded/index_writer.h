#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "backends/embedded/sqlite_db.h"
#include "ports/search_index.h"

namespace vams::embedded {

// Applies the operations of one Bulk within its transaction.
class IndexWriter {
 public:
  static Result<IndexWriter> Start(Connection& connection, std::int64_t now_micros);

  // `words` is SearchText(body) where the operation indexes.
  Result<BulkOutcome> Apply(const BulkOp& op, std::string_view words);
  // Counts what was done and forgets old versions of deleted documents.
  Status Finish();

 private:
  struct Stored {
    bool found = false;
    std::int64_t number = 0;
    std::int64_t version = 0;
    std::string body;
  };

  IndexWriter(Connection& connection, std::int64_t now) : c_(connection), now_(now) {}
  Result<Stored> Load(const std::string& id);
  Result<std::int64_t> TombstoneVersion(const std::string& id);
  Result<BulkOutcome> Index(const BulkOp& op, std::string_view words);
  Result<BulkOutcome> Delete(const BulkOp& op);
  Status AddWords(std::int64_t number, std::string_view words);
  Status RemoveWords(std::int64_t number, std::string_view body);
  Status Bury(const std::string& id, std::int64_t version);

  Connection& c_;
  std::int64_t now_;
  std::int64_t added_ = 0;
  bool tombstones_ = false;  // there are any: saves a look-up per document where there are none
};

}  // namespace vams::embedded
