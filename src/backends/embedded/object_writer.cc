#include "backends/embedded/object_writer.h"

#include "base/text.h"

namespace vams::embedded {

Result<ObjectWriter::Bucket*> ObjectWriter::Find(const std::string& name) {
  auto it = buckets_.find(name);
  if (it == buckets_.end()) {
    TRY_ASSIGN(Statement query, c_.Prepare("SELECT id, versioned FROM buckets WHERE name=?1"));
    TRY_ASSIGN(const bool row, query.Text(1, name).Step());
    std::optional<Bucket> bucket;
    if (row) bucket = Bucket{query.ColumnInt(0), query.ColumnInt(1) != 0};
    it = buckets_.emplace(name, bucket).first;
  }
  return it->second ? &*it->second : nullptr;
}

Result<std::optional<bool>> ObjectWriter::IsVersioned(const std::string& bucket) {
  TRY_ASSIGN(const Bucket* found, Find(bucket));
  if (found == nullptr) return std::nullopt;
  return found->versioned;
}

Status ObjectWriter::Retire(const Bucket& bucket, const std::string& key) {
  TRY_ASSIGN(Statement retire,
             c_.Prepare("INSERT INTO versions(bucket, key, delete_marker, size, last_modified, etag, version_id, "
                        "metadata, content, path, file_modified) SELECT bucket, key, 0, size, last_modified, etag, "
                        "version_id, metadata, content, path, file_modified FROM objects WHERE bucket=?1 AND key=?2"));
  return retire.Int(1, bucket.id).Text(2, key).Run();
}

Status ObjectWriter::AddMarker(const Bucket& bucket, const StoredObject& marker) {
  TRY_ASSIGN(Statement add, c_.Prepare("INSERT INTO versions(bucket, key, delete_marker, size, last_modified, etag, "
                                       "version_id, content) VALUES(?1, ?2, 1, 0, ?3, '', ?4, 0)"));
  return add.Int(1, bucket.id).Text(2, marker.key).Int(3, marker.last_modified).TextOrNull(4, marker.version_id).Run();
}

Result<bool> ObjectWriter::Put(const StoredObject& object) {
  TRY_ASSIGN(Bucket * bucket, Find(object.bucket));
  if (bucket == nullptr) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", Printable(object.bucket));

  TRY_ASSIGN(Statement current, c_.Prepare("SELECT size FROM objects WHERE bucket=?1 AND key=?2"));
  TRY_ASSIGN(const bool replaces, current.Int(1, bucket->id).Text(2, object.key).Step());
  if (replaces) {
    bucket->objects -= 1;
    bucket->bytes -= current.ColumnInt(0);
    current.Reset();
    if (bucket->versioned) TRY(Retire(*bucket, object.key));
  }
  if (object.delete_marker) {
    if (bucket->versioned) TRY(AddMarker(*bucket, object));
    TRY_ASSIGN(Statement remove, c_.Prepare("DELETE FROM objects WHERE bucket=?1 AND key=?2"));
    TRY(remove.Int(1, bucket->id).Text(2, object.key).Run());
    return replaces;
  }
  TRY_ASSIGN(Statement put,
             c_.Prepare("INSERT OR REPLACE INTO objects(bucket, key, size, last_modified, etag, version_id, "
                        "metadata, content, path, file_modified) "
                        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  put.Int(1, bucket->id).Text(2, object.key).Int(3, static_cast<std::int64_t>(object.size));
  put.Int(4, object.last_modified).Text(5, object.etag).TextOrNull(6, object.version_id).TextOrNull(7, object.metadata);
  put.Int(8, static_cast<std::int64_t>(object.content));
  if (object.content == ContentKind::kNone) {
    put.Null(9).Null(10);
  } else {
    put.Text(9, object.path).Int(10, object.file_modified);
  }
  TRY(put.Run());
  bucket->objects += 1;
  bucket->bytes += static_cast<std::int64_t>(object.size);
  return true;
}

Status ObjectWriter::Finish() {
  TRY_ASSIGN(Statement count, c_.Prepare("UPDATE buckets SET objects=objects+?2, bytes=bytes+?3 WHERE id=?1"));
  for (auto& [name, bucket] : buckets_) {
    if (!bucket || (bucket->objects == 0 && bucket->bytes == 0)) continue;
    TRY(count.Int(1, bucket->id).Int(2, bucket->objects).Int(3, bucket->bytes).Run());
    bucket->objects = bucket->bytes = 0;
  }
  return {};
}

}  // namespace vams::embedded
