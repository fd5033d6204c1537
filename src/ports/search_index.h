#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/cursor.h"

namespace vams {

// Longer ids no index takes (docs/reference/vams-behaviour.md, 3.7).
inline constexpr std::size_t kMaxDocumentIdBytes = 512;

struct BulkOp {
  enum class Kind { kIndex, kDelete };
  Kind kind = Kind::kIndex;
  std::string id;    // 1 to kMaxDocumentIdBytes bytes
  std::string body;  // kIndex: one JSON object
  // External version: the write is refused (kVersionConflict) where a version as high or higher is stored, also that of
  // a delete. nullopt: written whatever is there.
  std::optional<std::uint64_t> version;
};

enum class BulkOutcome { kCreated, kUpdated, kDeleted, kAbsent /* delete of what is not there */, kVersionConflict };

struct IndexInfo {
  std::string name;
  std::uint64_t documents = 0;   // logical
  std::uint64_t size_bytes = 0;  // as stored; 0 where it cannot be told
  std::string definition;        // JSON: {"mappings": {...}, "settings": {...}}
};

enum class ScanContent { kIds, kDocuments };

struct IndexHit {
  std::string id;
  std::string body;  // JSON as it was sent; "" for ScanContent::kIds
};

struct IndexPage {
  std::vector<IndexHit> hits;
  std::optional<Cursor> next;  // nullopt: done
};

struct SearchHits {
  std::uint64_t total = 0;
  std::vector<IndexHit> hits;  // best first
};

// A field of a document that the mapping of an index does not take.
struct RefusedField {
  std::string name;    // a member of the document; "" where no single one is to blame
  std::string reason;  // of the service, one line
  bool operator==(const RefusedField&) const = default;
};

// One index, bound to its name. Safe for concurrent calls. Never retries.
// A write is seen by the reads below once Refresh() has returned, or sooner.
class SearchIndex {
 public:
  virtual ~SearchIndex() = default;
  virtual const std::string& name() const = 0;

  // nullopt: there is no such index, a success.
  virtual Result<std::optional<IndexInfo>> Describe() = 0;
  // `definition` as in IndexInfo, also one that Describe gave. There already: kPrecondition, nothing changed.
  virtual Status Create(std::string_view definition) = 0;
  // Deletes the index and all that is in it. None there: a success.
  virtual Status Drop() = 0;
  // Removes every document and keeps the index.
  virtual Status Clear() = 0;

  // Of the calls below, each fails with kNotFound where there is no index; none creates one.
  virtual Result<ItemCount> Count() = 0;
  // One answer for each id, in order; nullopt: absent. No bound on the number of ids.
  virtual Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> ids) = 0;
  // Every document there is, each once, in no promised order, in pages of at most `limit` (> 0). What is written while
  // the scan goes on may or may not be in it. kPrecondition: `from` is too old to go on from, begin again.
  virtual Result<IndexPage> Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) = 0;
  // One result for each operation, in order; success means durably written. An error with `retryable` may be sent
  // again; one without names why the document was refused, and in Error::field the member that the mapping does not
  // take, if it is one. The outer error: the fate of all is unknown. No bound on the number.
  virtual Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) = 0;
  // Documents that hold all words of `query`, a word ending in '*' as a prefix; "" or "*": all.
  virtual Result<SearchHits> Search(std::string_view query, ItemCount limit) = 0;
  virtual Status Refresh() = 0;
  // For each document, in order, the fields without which the index would take it, as far as that can be told without
  // writing: no document, no mapping changes. None: it takes it as it is. kUnknown: the service cannot tell.
  virtual Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) = 0;

  // Another index of the same service, `<name>-<suffix>`; there need not be one. kUsage: none can have that name.
  virtual Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) = 0;
};

}  // namespace vams
