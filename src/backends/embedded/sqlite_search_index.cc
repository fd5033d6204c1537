#include "backends/embedded/sqlite_search_index.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "backends/embedded/cursors.h"
#include "backends/embedded/index_writer.h"
#include "backends/embedded/search_text.h"
#include "base/text.h"

namespace vams::embedded {
namespace {

constexpr char kCursorKind = 'i';

// What can be told of an operation without looking into the index.
Result<std::string> CheckOp(const BulkOp& op) {
  if (op.id.empty() || op.id.size() > kMaxDocumentIdBytes) {
    return Fail(ErrorCode::kInvalid, "the document id has {} bytes; 1 to {} are allowed", op.id.size(),
                kMaxDocumentIdBytes);
  }
  if (!IsUtf8(op.id)) return Fail(ErrorCode::kInvalid, "the document id is not UTF-8");
  if (op.version && *op.version > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Fail(ErrorCode::kInvalid, "version {} is too large", *op.version);
  }
  if (op.kind == BulkOp::Kind::kDelete) return std::string();
  return SearchText(op.body);
}

Status CheckDefinition(std::string_view definition) {
  const auto json = nlohmann::json::parse(definition, nullptr, false);
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "the definition of an index must be a JSON object");
  return {};
}

Status RemoveDocuments(Connection& c) {
  TRY(c.Execute("DELETE FROM documents; DELETE FROM tombstones; INSERT INTO search(search) VALUES('delete-all');"));
  return WriteMeta(c, "documents", "0");
}

Status ReadHits(Statement& query, std::vector<IndexHit>& hits) {
  for (;;) {
    TRY_ASSIGN(const bool row, query.Step());
    if (!row) return {};
    hits.push_back({std::string(query.ColumnText(0)), std::string(query.ColumnText(1))});
  }
}

}  // namespace

Result<std::unique_ptr<SqliteSearchIndex>> SqliteSearchIndex::Open(std::shared_ptr<VamsDirectory> directory,
                                                                   FileKind kind) {
  Database& database = kind == FileKind::kAssetIndex ? directory->asset_index() : directory->file_index();
  TRY_ASSIGN(auto name, database.Read([](Connection& c) { return ReadMeta(c, "index"); }));
  if (!name) return Fail(ErrorCode::kCorrupt, "{}: does not name its index", database.path());
  return std::unique_ptr<SqliteSearchIndex>(new SqliteSearchIndex(std::move(directory), database, std::move(*name)));
}

Status SqliteSearchIndex::RequireIndex(Connection& c) const {
  TRY_ASSIGN(const std::int64_t there, c.ReadInt("SELECT 1 FROM meta WHERE name='definition'"));
  if (there == 0) {
    return std::unexpected(MakeError(ErrorCode::kNotFound, "there is no index '{}'", name_)
                               .WithHint("make it with `vams-migrate indexes create`"));
  }
  return {};
}

Result<std::optional<IndexInfo>> SqliteSearchIndex::Describe() {
  return database_.Read([&](Connection& c) -> Result<std::optional<IndexInfo>> {
    TRY_ASSIGN(auto definition, ReadMeta(c, "definition"));
    if (!definition) return std::nullopt;
    IndexInfo info{.name = name_, .definition = std::move(*definition)};
    TRY_ASSIGN(const std::int64_t documents, c.ReadInt("SELECT value FROM meta WHERE name='documents'"));
    TRY_ASSIGN(const std::int64_t pages, c.ReadInt("PRAGMA page_count"));
    TRY_ASSIGN(const std::int64_t page_size, c.ReadInt("PRAGMA page_size"));
    info.documents = static_cast<std::uint64_t>(documents);
    info.size_bytes = static_cast<std::uint64_t>(pages * page_size);
    return info;
  });
}

Status SqliteSearchIndex::Create(std::string_view definition) {
  TRY(CheckDefinition(definition));
  return database_.Write([&](Connection& c) -> Status {
    if (RequireIndex(c)) return Fail(ErrorCode::kPrecondition, "index '{}' exists already", name_);
    TRY(RemoveDocuments(c));
    return WriteMeta(c, "definition", definition);
  });
}

Status SqliteSearchIndex::Drop() {
  return database_.Write([&](Connection& c) -> Status {
    TRY(RemoveDocuments(c));
    return c.Execute("DELETE FROM meta WHERE name='definition'");
  });
}

// The versions go with the documents, so that what is indexed next is taken whatever its version.
Status SqliteSearchIndex::Clear() {
  return database_.Write([&](Connection& c) -> Status {
    TRY(RequireIndex(c));
    return RemoveDocuments(c);
  });
}

Result<ItemCount> SqliteSearchIndex::Count() {
  return database_.Read([&](Connection& c) -> Result<ItemCount> {
    TRY(RequireIndex(c));
    TRY_ASSIGN(const std::int64_t count, c.ReadInt("SELECT value FROM meta WHERE name='documents'"));
    return ItemCount{static_cast<std::uint64_t>(count)};
  });
}

Result<std::vector<std::optional<std::string>>> SqliteSearchIndex::GetMany(std::span<const std::string> ids) {
  return database_.Read([&](Connection& c) -> Result<std::vector<std::optional<std::string>>> {
    TRY(RequireIndex(c));
    std::vector<std::optional<std::string>> bodies(ids.size());
    TRY_ASSIGN(Statement query, c.Prepare("SELECT body FROM documents WHERE id=?1"));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Text(1, ids[i]).Step());
      if (row) bodies[i] = std::string(query.ColumnText(0));
    }
    return bodies;
  });
}

// By id, not by number: a document that is deleted and written again while a scan goes on keeps its place.
Result<IndexPage> SqliteSearchIndex::Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) {
  TRY(CheckLimit(limit));
  std::string_view last;
  if (from) {
    TRY_ASSIGN(last, TextFrom(kCursorKind, *from));
  }
  return database_.Read([&](Connection& c) -> Result<IndexPage> {
    TRY(RequireIndex(c));
    IndexPage page;
    std::uint64_t bytes = 0;
    TRY_ASSIGN(Statement query,
               c.Prepare(content == ScanContent::kIds ? "SELECT id FROM documents WHERE id>?1 ORDER BY id"
                                                      : "SELECT id, body FROM documents WHERE id>?1 ORDER BY id"));
    query.Text(1, last);
    for (;;) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) return page;
      if (page.hits.size() >= limit.value || bytes >= kPageBytes.value) break;
      IndexHit hit{std::string(query.ColumnText(0)), ""};
      if (content == ScanContent::kDocuments) hit.body = query.ColumnText(1);
      bytes += hit.id.size() + hit.body.size();
      page.hits.push_back(std::move(hit));
    }
    page.next = TextCursor(kCursorKind, page.hits.back().id);
    return page;
  });
}

Result<std::vector<Result<BulkOutcome>>> SqliteSearchIndex::Bulk(std::span<const BulkOp> ops) {
  // Parsed before the write begins: other threads can do the same meanwhile.
  std::vector<Result<std::string>> words;
  words.reserve(ops.size());
  for (const BulkOp& op : ops) words.push_back(CheckOp(op));
  return database_.Write([&](Connection& c) -> Result<std::vector<Result<BulkOutcome>>> {
    TRY(RequireIndex(c));
    TRY_ASSIGN(IndexWriter writer, IndexWriter::Start(c, ToMicros(directory_->clock().Now())));
    std::vector<Result<BulkOutcome>> outcomes;
    outcomes.reserve(ops.size());
    for (std::size_t i = 0; i < ops.size(); ++i) {
      if (!words[i]) {
        outcomes.push_back(std::unexpected(words[i].error()));
        continue;
      }
      TRY_ASSIGN(const BulkOutcome outcome, writer.Apply(ops[i], *words[i]));
      outcomes.emplace_back(outcome);
    }
    TRY(writer.Finish());
    return outcomes;
  });
}

Result<SearchHits> SqliteSearchIndex::Search(std::string_view query_text, ItemCount limit) {
  const std::string expression = FtsExpression(query_text);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto most = static_cast<std::int64_t>(std::min(limit.value, kMost));
  return database_.Read([&](Connection& c) -> Result<SearchHits> {
    TRY(RequireIndex(c));
    SearchHits found;
    if (expression.empty()) {
      TRY_ASSIGN(const std::int64_t total, c.ReadInt("SELECT value FROM meta WHERE name='documents'"));
      found.total = static_cast<std::uint64_t>(total);
      TRY_ASSIGN(Statement query, c.Prepare("SELECT id, body FROM documents ORDER BY id LIMIT ?1"));
      query.Int(1, most);
      TRY(ReadHits(query, found.hits));
      return found;
    }
    TRY_ASSIGN(Statement count, c.Prepare("SELECT count(*) FROM search WHERE search MATCH ?1"));
    TRY(count.Text(1, expression).Step());
    found.total = static_cast<std::uint64_t>(count.ColumnInt(0));
    TRY_ASSIGN(Statement query,
               c.Prepare("SELECT d.id, d.body FROM (SELECT rowid AS number, rank FROM search WHERE search MATCH ?1 "
                         "ORDER BY rank LIMIT ?2) s JOIN documents d ON d.number=s.number ORDER BY s.rank, d.id"));
    query.Text(1, expression).Int(2, most);
    TRY(ReadHits(query, found.hits));
    return found;
  });
}

Status SqliteSearchIndex::Refresh() {
  return database_.Read([&](Connection& c) { return RequireIndex(c); });
}

// Documents are kept as they are, whatever the mapping says.
Result<std::vector<std::vector<RefusedField>>> SqliteSearchIndex::RefusedFields(std::span<const std::string> bodies) {
  TRY(Refresh());
  return std::vector<std::vector<RefusedField>>(bodies.size());
}

Result<std::unique_ptr<SearchIndex>> SqliteSearchIndex::Sibling(std::string_view suffix) {
  return Fail(ErrorCode::kUsage, "an embedded VAMS has no index '{}-{}'", name_, suffix);
}

}  // namespace vams::embedded
