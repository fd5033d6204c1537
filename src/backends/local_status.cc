#include <filesystem>

#include "backends/embedded/content_store.h"
#include "backends/embedded/cursors.h"
#include "backends/embedded/sqlite_search_index.h"
#include "backends/local_impl.h"

namespace vams {
namespace {

using embedded::Connection;
using embedded::FileKind;
using embedded::Statement;

Status ReadTables(Connection& c, LocalStatus& status) {
  for (const embedded::ItemTable& table : embedded::ItemTables()) {
    TRY_ASSIGN(const std::int64_t count, c.ReadInt(table.count_sql));
    status.items.emplace_back(*LocalTableFromName(table.name), static_cast<std::uint64_t>(count));
  }
  TRY_ASSIGN(const std::int64_t records, c.ReadInt("SELECT count(*) FROM changes"));
  TRY_ASSIGN(const std::int64_t parked, c.ReadInt("SELECT count(*) FROM parked"));
  status.stream_records = static_cast<std::uint64_t>(records);
  status.parked = static_cast<std::uint64_t>(parked);
  TRY_ASSIGN(Statement consumers, c.Prepare("SELECT consumer FROM checkpoints ORDER BY consumer"));
  for (;;) {
    TRY_ASSIGN(const bool row, consumers.Step());
    if (!row) return {};
    status.consumers.push_back({std::string(consumers.ColumnText(0)), 0});
  }
}

Status ReadBuckets(Connection& c, LocalStatus& status) {
  TRY_ASSIGN(Statement buckets, c.Prepare("SELECT name, versioned, objects, bytes FROM buckets ORDER BY name"));
  for (;;) {
    TRY_ASSIGN(const bool row, buckets.Step());
    if (!row) return {};
    status.buckets.push_back({std::string(buckets.ColumnText(0)),
                              buckets.ColumnInt(1) != 0,
                              {},
                              static_cast<std::uint64_t>(buckets.ColumnInt(2)),
                              static_cast<std::uint64_t>(buckets.ColumnInt(3))});
  }
}

std::uint64_t SizeOf(const std::string& path) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(path, absent);
  return absent ? 0 : size;
}

}  // namespace

Result<LocalStatus> LocalVams::ReadStatus() {
  LocalStatus status;
  embedded::VamsDirectory& directory = *impl_->directory;
  TRY(directory.tables().Read([&](Connection& c) { return ReadTables(c, status); }));
  for (auto& consumer : status.consumers) {
    TRY_ASSIGN(const auto backlog, impl_->changes.Backlog(consumer.name));
    consumer.backlog = backlog ? backlog->value : 0;
  }
  TRY(directory.objects().Read([&](Connection& c) { return ReadBuckets(c, status); }));
  for (auto& bucket : status.buckets) {
    TRY_ASSIGN(bucket.topics, impl_->objects.CreatedTopics(bucket.name));
  }
  TRY_ASSIGN(const auto depth, impl_->queue->ApproximateDepth());
  status.queue_visible = depth.visible;
  status.queue_in_flight = depth.in_flight;
  for (const FileKind kind : {FileKind::kAssetIndex, FileKind::kFileIndex}) {
    TRY_ASSIGN(const auto index, embedded::SqliteSearchIndex::Open(impl_->directory, kind));
    TRY_ASSIGN(const auto info, index->Describe());
    status.indexes.push_back(
        {index->name(), info.has_value(), info ? info->documents : 0, info ? info->size_bytes : 0});
  }
  for (const FileKind kind : embedded::kFileKinds) {
    const std::string path = directory.PathOf(kind);
    status.files.push_back({std::string(embedded::SpecOf(kind).file_name), SizeOf(path) + SizeOf(path + "-wal")});
  }
  return status;
}

Result<std::uint64_t> LocalVams::CheckFiles(const std::function<void(const LocalFileProblem&)>& report) {
  std::uint64_t looked_at = 0;
  std::int64_t last_bucket = 0;
  std::string last_key;
  constexpr std::int64_t kPage = 1000;
  for (std::int64_t rows = kPage; rows == kPage;) {
    rows = 0;
    TRY(impl_->directory->objects().Read([&](Connection& c) -> Status {
      TRY_ASSIGN(Statement query,
                 c.Prepare("SELECT o.bucket, b.name, o.key, o.size, o.content, o.path, o.file_modified FROM objects o "
                           "JOIN buckets b ON b.id=o.bucket WHERE (o.bucket, o.key) > (?1, ?2) AND o.content > 0 "
                           "ORDER BY o.bucket, o.key LIMIT ?3"));
      const std::string after = last_key;
      query.Int(1, last_bucket).Text(2, after).Int(3, kPage);
      for (;;) {
        TRY_ASSIGN(const bool row, query.Step());
        if (!row) return {};
        ++rows;
        ++looked_at;
        last_bucket = query.ColumnInt(0);
        last_key = query.ColumnText(2);
        const bool stored = query.ColumnInt(4) == static_cast<std::int64_t>(embedded::ContentKind::kStored);
        const std::string path(query.ColumnText(5));
        LocalFileProblem problem{{std::string(query.ColumnText(1)), last_key},
                                 stored ? (std::filesystem::path(impl_->ContentDirectory()) / path).string() : path};
        const auto facts = embedded::LookAtFile(problem.file);
        problem.missing = !facts;
        if (facts && facts->size == static_cast<std::uint64_t>(query.ColumnInt(3)) &&
            (stored || facts->modified == query.ColumnInt(6))) {
          continue;
        }
        report(problem);
      }
    }));
  }
  return looked_at;
}

Result<std::vector<LocalParked>> LocalVams::ReadParked(ItemCount limit) {
  TRY(embedded::CheckLimit(limit));
  return impl_->directory->tables().Read([&](Connection& c) -> Result<std::vector<LocalParked>> {
    std::vector<LocalParked> parked;
    TRY_ASSIGN(Statement query, c.Prepare("SELECT origin, body, reason, parked_at FROM parked ORDER BY id DESC"));
    while (parked.size() < limit.value) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) break;
      parked.push_back({std::string(query.ColumnText(0)), std::string(query.ColumnText(1)),
                        std::string(query.ColumnText(2)), embedded::FromMicros(query.ColumnInt(3))});
    }
    return parked;
  });
}

}  // namespace vams
