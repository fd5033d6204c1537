#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "backends/embedded/sqlite_db.h"
#include "model/object.h"

namespace vams::embedded {

enum class ContentKind { kNone = 0, kReference = 1, kStored = 2 };

// A version of an object as it is stored.
struct StoredObject {
  std::string bucket;
  std::string key;
  std::uint64_t size = 0;
  std::int64_t last_modified = 0;  // microseconds since 1970
  std::string etag;
  std::optional<std::string> version_id;
  std::optional<std::string> metadata;  // EncodeMetadata
  ContentKind content = ContentKind::kNone;
  std::string path;
  std::int64_t file_modified = 0;  // nanoseconds since 1970, of a referenced file
  bool delete_marker = false;
};

// Stores objects within one transaction on objects.db; Finish() writes the counts of the buckets.
class ObjectWriter {
 public:
  explicit ObjectWriter(Connection& connection) : c_(connection) {}

  // nullopt where there is no such bucket.
  Result<std::optional<bool>> IsVersioned(const std::string& bucket);
  // kNotFound: no such bucket. A delete marker in a bucket without versions removes the object. False: a removal that
  // found nothing.
  Result<bool> Put(const StoredObject& object);
  Status Finish();

 private:
  struct Bucket {
    std::int64_t id = 0;
    bool versioned = false;
    std::int64_t objects = 0;  // difference
    std::int64_t bytes = 0;
  };
  // nullptr where there is no such bucket.
  Result<Bucket*> Find(const std::string& name);
  Status Retire(const Bucket& bucket, const std::string& key);
  Status AddMarker(const Bucket& bucket, const StoredObject& marker);

  Connection& c_;
  std::map<std::string, std::optional<Bucket>, std::less<>> buckets_;
};

}  // namespace vams::embedded
