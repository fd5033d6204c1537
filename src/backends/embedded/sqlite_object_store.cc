#include "backends/embedded/sqlite_object_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "backends/embedded/cursors.h"
#include "base/text.h"

namespace vams::embedded {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kCursorKind = 'k';
constexpr std::uint64_t kMaxPage = 1000;

// The least text above every text that starts with `prefix`; nullopt: there is none. It may be no UTF-8, which SQLite,
// comparing bytes, does not mind.
std::optional<std::string> EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

std::unexpected<Error> NoBucket(std::string_view bucket) {
  return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", Printable(bucket));
}

// Columns of "size, last_modified, etag, version_id, metadata" from `first`.
Result<ObjectHead> ReadHead(const Statement& row, int first) {
  ObjectHead head;
  head.size = static_cast<std::uint64_t>(row.ColumnInt(first));
  head.last_modified = FromMicros(row.ColumnInt(first + 1));
  head.etag = row.ColumnText(first + 2);
  if (!row.ColumnIsNull(first + 3)) head.version_id = std::string(row.ColumnText(first + 3));
  if (!row.ColumnIsNull(first + 4)) {
    TRY_ASSIGN(head.metadata, DecodeMetadata(row.ColumnText(first + 4)));
  }
  return head;
}

}  // namespace

std::optional<std::string> EncodeMetadata(const std::vector<std::pair<std::string, std::string>>& metadata) {
  if (metadata.empty()) return std::nullopt;
  Json json = Json::object();
  for (const auto& [name, value] : metadata) json[name] = value;
  return json.dump();
}

Result<std::vector<std::pair<std::string, std::string>>> DecodeMetadata(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "the metadata of an object is damaged");
  std::vector<std::pair<std::string, std::string>> metadata;
  metadata.reserve(json.size());
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return Fail(ErrorCode::kCorrupt, "the metadata of an object is damaged");
    metadata.emplace_back(name, value.get_ref<const std::string&>());
  }
  return metadata;
}

Result<std::optional<std::int64_t>> FindBucket(Connection& connection, std::string_view name) {
  TRY_ASSIGN(Statement query, connection.Prepare("SELECT id FROM buckets WHERE name=?1"));
  TRY_ASSIGN(const bool row, query.Text(1, name).Step());
  if (!row) return std::nullopt;
  return query.ColumnInt(0);
}

Result<ObjectPage> SqliteObjectStore::List(std::string_view bucket, std::string_view prefix,
                                           const std::optional<Cursor>& from, ItemCount limit) {
  TRY(CheckLimit(limit));
  std::string_view after;
  if (from) {
    TRY_ASSIGN(after, TextFrom(kCursorKind, *from));
  }
  const auto end = EndOfPrefix(prefix);
  // "key >= prefix" and "key > after" as one bound.
  const bool past_prefix = after >= prefix && from;
  return directory_->objects().Read([&](Connection& c) -> Result<ObjectPage> {
    TRY_ASSIGN(const auto bucket_id, FindBucket(c, bucket));
    if (!bucket_id) return NoBucket(bucket);
    ObjectPage page;
    std::uint64_t bytes = 0;
    TRY_ASSIGN(Statement query,
               c.Prepare(past_prefix ? "SELECT key, size, last_modified, etag, version_id, metadata FROM objects "
                                       "WHERE bucket=?1 AND key>?2 AND (?3 IS NULL OR key<?3) ORDER BY key"
                                     : "SELECT key, size, last_modified, etag, version_id, metadata FROM objects "
                                       "WHERE bucket=?1 AND key>=?2 AND (?3 IS NULL OR key<?3) ORDER BY key"));
    query.Int(1, *bucket_id).Text(2, past_prefix ? after : prefix).TextOrNull(3, end);
    for (;;) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) return page;
      if (page.entries.size() >= std::min(limit.value, kMaxPage) || bytes >= kPageBytes.value) break;
      ObjectEntry entry;
      entry.key = query.ColumnText(0);
      TRY_ASSIGN(entry.head, ReadHead(query, 1));
      entry.size = entry.head->size;
      entry.last_modified = entry.head->last_modified;
      entry.etag = entry.head->etag;
      bytes += entry.key.size() + query.ColumnText(5).size();
      page.entries.push_back(std::move(entry));
    }
    page.next = TextCursor(kCursorKind, page.entries.back().key);
    return page;
  });
}

Cursor SqliteObjectStore::After(std::string_view key) const { return TextCursor(kCursorKind, key); }

// From one to the next: what lies below one is not read. As with S3, keys without a '/' count, too.
Result<std::vector<std::string>> SqliteObjectStore::CommonPrefixes(std::string_view bucket, std::string_view prefix) {
  const auto end = EndOfPrefix(prefix);
  return directory_->objects().Read([&](Connection& c) -> Result<std::vector<std::string>> {
    TRY_ASSIGN(const auto bucket_id, FindBucket(c, bucket));
    if (!bucket_id) return NoBucket(bucket);
    std::vector<std::string> common;
    TRY_ASSIGN(Statement query,
               c.Prepare("SELECT key FROM objects WHERE bucket=?1 AND key>=?2 AND (?3 IS NULL OR key<?3) "
                         "ORDER BY key LIMIT 1"));
    std::string from(prefix);
    for (std::uint64_t seen = 0; seen < kMaxPage; ++seen) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Int(1, *bucket_id).Text(2, from).TextOrNull(3, end).Step());
      if (!row) break;
      const std::string key(query.ColumnText(0));
      const std::size_t slash = key.find('/', prefix.size());
      if (slash == std::string::npos) {
        from = key + '\0';
        continue;
      }
      common.push_back(key.substr(0, slash + 1));
      from = *EndOfPrefix(common.back());
    }
    return common;
  });
}

Result<std::vector<Result<std::optional<ObjectHead>>>> SqliteObjectStore::HeadMany(std::span<const ObjectRef> objects) {
  return directory_->objects().Read([&](Connection& c) -> Result<std::vector<Result<std::optional<ObjectHead>>>> {
    std::vector<Result<std::optional<ObjectHead>>> heads;
    heads.reserve(objects.size());
    std::unordered_map<std::string_view, std::optional<std::int64_t>> buckets;
    TRY_ASSIGN(Statement query, c.Prepare("SELECT size, last_modified, etag, version_id, metadata FROM objects "
                                          "WHERE bucket=?1 AND key=?2"));
    for (const ObjectRef& object : objects) {
      auto it = buckets.find(object.bucket);
      if (it == buckets.end()) {
        TRY_ASSIGN(const auto id, FindBucket(c, object.bucket));
        it = buckets.emplace(object.bucket, id).first;
      }
      if (!it->second) {
        heads.emplace_back(std::nullopt);
        continue;
      }
      query.Reset();
      TRY_ASSIGN(const bool row, query.Int(1, *it->second).Text(2, object.key).Step());
      if (!row) {
        heads.emplace_back(std::nullopt);
      } else if (auto head = ReadHead(query, 0)) {
        heads.emplace_back(std::move(*head));
      } else {
        heads.emplace_back(std::unexpected(std::move(head).error()));
      }
    }
    return heads;
  });
}

Result<std::vector<std::string>> SqliteObjectStore::CreatedTopics(std::string_view bucket) {
  return directory_->objects().Read([&](Connection& c) -> Result<std::vector<std::string>> {
    TRY_ASSIGN(const auto bucket_id, FindBucket(c, bucket));
    if (!bucket_id) return NoBucket(bucket);
    std::vector<std::string> topics;
    TRY_ASSIGN(Statement query, c.Prepare("SELECT topic FROM notifications WHERE bucket=?1 ORDER BY topic"));
    query.Int(1, *bucket_id);
    for (;;) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) return topics;
      topics.emplace_back(query.ColumnText(0));
    }
  });
}

}  // namespace vams::embedded
