#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/embedded/schema.h"
#include "backends/embedded/sqlite_db.h"
#include "base/clock.h"
#include "base/result.h"

namespace vams::embedded {

struct DirectoryOptions {
  Duration busy_timeout = std::chrono::seconds{30};
  bool sync_every_commit = false;           // also where FileSpec asks for less
  std::optional<std::int64_t> max_pages{};  // per file: what a full disk looks like
};

// What a new directory starts with, besides its empty tables.
struct NewDirectory {
  struct Index {
    std::string name;
    std::string definition;  // JSON
  };
  Index asset_index;
  Index file_index;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string file_event_queue;
  bool scratch = false;  // LocalInit::scratch
};

// The four database files of an embedded VAMS, opened. Safe for concurrent calls.
class VamsDirectory {
 public:
  // Makes the directory where it is missing or empty; one that holds anything is refused (kPrecondition). A failure
  // leaves things as they were.
  static Status Create(const std::string& directory, const NewDirectory& content);

  // kNotFound, kCorrupt, kAccessDenied and so on as in backends/open.h. Nothing is created or changed by a failure.
  static Result<std::shared_ptr<VamsDirectory>> Open(const std::string& directory, const DirectoryOptions& options,
                                                     Clock& clock);

  const std::string& path() const { return path_; }
  std::string PathOf(FileKind kind) const;
  Database& tables() { return *tables_; }
  Database& objects() { return *objects_; }
  Database& asset_index() { return *asset_index_; }
  Database& file_index() { return *file_index_; }
  Clock& clock() const { return clock_; }
  bool read_only() const { return tables_->read_only(); }

 private:
  VamsDirectory(std::string path, Clock& clock) : path_(std::move(path)), clock_(clock) {}

  std::string path_;
  Clock& clock_;
  std::unique_ptr<Database> tables_;
  std::unique_ptr<Database> objects_;
  std::unique_ptr<Database> asset_index_;
  std::unique_ptr<Database> file_index_;
};

// meta rows of a file.
Result<std::optional<std::string>> ReadMeta(Connection& connection, std::string_view name);
Status WriteMeta(Connection& connection, std::string_view name, std::string_view value);

// Microseconds since 1970, as the tables keep times.
inline std::int64_t ToMicros(UtcTime t) { return t.time_since_epoch().count(); }
inline UtcTime FromMicros(std::int64_t micros) { return UtcTime{Duration{micros}}; }

}  // namespace vams::embedded
