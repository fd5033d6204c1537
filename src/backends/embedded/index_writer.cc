#include "backends/embedded/index_writer.h"

#include <chrono>
#include <limits>

#include "backends/embedded/search_text.h"
#include "backends/embedded/vams_directory.h"

namespace vams::embedded {
namespace {

// How long the version of a deleted document is known (OpenSearch's gc_deletes is a minute): longer than an older state
// of it can still be on its way through the queue.
constexpr std::chrono::hours kKeepTombstones{1};
constexpr int kPrunedAtOnce = 1000;

// What a write leaves as version. Without one of its own it counts on from what is stored, as OpenSearch does.
std::int64_t NewVersion(const BulkOp& op, std::int64_t stored) {
  return op.version ? static_cast<std::int64_t>(*op.version) : stored + 1;
}

bool Conflicts(const BulkOp& op, bool stored, std::int64_t version) {
  return stored && op.version && static_cast<std::int64_t>(*op.version) <= version;
}

constexpr std::int64_t kNone = -1;

}  // namespace

Result<IndexWriter> IndexWriter::Start(Connection& connection, std::int64_t now_micros) {
  IndexWriter writer(connection, now_micros);
  TRY_ASSIGN(const std::int64_t any, connection.ReadInt("SELECT EXISTS(SELECT 1 FROM tombstones)"));
  writer.tombstones_ = any != 0;
  return writer;
}

Result<BulkOutcome> IndexWriter::Apply(const BulkOp& op, std::string_view words) {
  return op.kind == BulkOp::Kind::kIndex ? Index(op, words) : Delete(op);
}

Result<IndexWriter::Stored> IndexWriter::Load(const std::string& id) {
  TRY_ASSIGN(Statement query, c_.Prepare("SELECT number, version, body FROM documents WHERE id=?1"));
  TRY_ASSIGN(const bool found, query.Text(1, id).Step());
  if (!found) return Stored{};
  return Stored{true, query.ColumnInt(0), query.ColumnInt(1), std::string(query.ColumnText(2))};
}

Result<std::int64_t> IndexWriter::TombstoneVersion(const std::string& id) {
  if (!tombstones_) return kNone;
  TRY_ASSIGN(Statement query, c_.Prepare("SELECT version FROM tombstones WHERE id=?1"));
  TRY_ASSIGN(const bool found, query.Text(1, id).Step());
  return found ? query.ColumnInt(0) : kNone;
}

Result<BulkOutcome> IndexWriter::Index(const BulkOp& op, std::string_view words) {
  TRY_ASSIGN(const Stored stored, Load(op.id));
  if (stored.found) {
    if (Conflicts(op, true, stored.version)) return BulkOutcome::kVersionConflict;
    const std::int64_t version = NewVersion(op, stored.version);
    if (stored.body == op.body) {
      TRY_ASSIGN(Statement update, c_.Prepare("UPDATE documents SET version=?2 WHERE number=?1"));
      TRY(update.Int(1, stored.number).Int(2, version).Run());
      return BulkOutcome::kUpdated;
    }
    TRY_ASSIGN(const std::string old_words, SearchText(stored.body));
    if (old_words != words) {
      TRY(RemoveWords(stored.number, old_words));
      TRY(AddWords(stored.number, words));
    }
    TRY_ASSIGN(Statement update, c_.Prepare("UPDATE documents SET version=?2, body=?3 WHERE number=?1"));
    TRY(update.Int(1, stored.number).Int(2, version).Text(3, op.body).Run());
    return BulkOutcome::kUpdated;
  }
  TRY_ASSIGN(const std::int64_t buried, TombstoneVersion(op.id));
  if (Conflicts(op, buried != kNone, buried)) return BulkOutcome::kVersionConflict;
  TRY_ASSIGN(Statement insert, c_.Prepare("INSERT INTO documents(id, version, body) VALUES(?1, ?2, ?3)"));
  TRY(insert.Text(1, op.id).Int(2, NewVersion(op, buried == kNone ? 0 : buried)).Text(3, op.body).Run());
  TRY(AddWords(c_.LastInsertId(), words));
  if (buried != kNone) {
    TRY_ASSIGN(Statement forget, c_.Prepare("DELETE FROM tombstones WHERE id=?1"));
    TRY(forget.Text(1, op.id).Run());
  }
  ++added_;
  return BulkOutcome::kCreated;
}

Result<BulkOutcome> IndexWriter::Delete(const BulkOp& op) {
  TRY_ASSIGN(const Stored stored, Load(op.id));
  if (!stored.found) {
    TRY_ASSIGN(const std::int64_t buried, TombstoneVersion(op.id));
    if (Conflicts(op, buried != kNone, buried)) return BulkOutcome::kVersionConflict;
    if (op.version) TRY(Bury(op.id, static_cast<std::int64_t>(*op.version)));
    return BulkOutcome::kAbsent;
  }
  if (Conflicts(op, true, stored.version)) return BulkOutcome::kVersionConflict;
  TRY_ASSIGN(const std::string old_words, SearchText(stored.body));
  TRY(RemoveWords(stored.number, old_words));
  TRY_ASSIGN(Statement remove, c_.Prepare("DELETE FROM documents WHERE number=?1"));
  TRY(remove.Int(1, stored.number).Run());
  TRY(Bury(op.id, NewVersion(op, stored.version)));
  --added_;
  return BulkOutcome::kDeleted;
}

Status IndexWriter::AddWords(std::int64_t number, std::string_view words) {
  TRY_ASSIGN(Statement add, c_.Prepare("INSERT INTO search(rowid, words) VALUES(?1, ?2)"));
  return add.Int(1, number).Text(2, words).Run();
}

Status IndexWriter::RemoveWords(std::int64_t number, std::string_view words) {
  TRY_ASSIGN(Statement remove, c_.Prepare("INSERT INTO search(search, rowid, words) VALUES('delete', ?1, ?2)"));
  return remove.Int(1, number).Text(2, words).Run();
}

Status IndexWriter::Bury(const std::string& id, std::int64_t version) {
  tombstones_ = true;
  TRY_ASSIGN(Statement bury,
             c_.Prepare("INSERT INTO tombstones(id, version, deleted_at) VALUES(?1, ?2, ?3) ON CONFLICT "
                        "DO UPDATE SET version=excluded.version, deleted_at=excluded.deleted_at"));
  return bury.Text(1, id).Int(2, version).Int(3, now_).Run();
}

Status IndexWriter::Finish() {
  if (tombstones_) {
    TRY_ASSIGN(Statement prune, c_.Prepare("DELETE FROM tombstones WHERE id IN (SELECT id FROM tombstones WHERE "
                                           "deleted_at<?1 ORDER BY deleted_at LIMIT ?2)"));
    TRY(prune.Int(1, now_ - std::chrono::duration_cast<Duration>(kKeepTombstones).count()).Int(2, kPrunedAtOnce).Run());
  }
  if (added_ == 0) return {};
  TRY_ASSIGN(Statement count, c_.Prepare("UPDATE meta SET value=CAST(value AS INTEGER)+?1 WHERE name='documents'"));
  return count.Int(1, added_).Run();
}

}  // namespace vams::embedded
