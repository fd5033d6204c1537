#include <algorithm>
#include <filesystem>

#include "backends/embedded/content_store.h"
#include "backends/embedded/s3_event.h"
#include "backends/local_impl.h"
#include "base/text.h"

namespace vams {

using embedded::Connection;
using embedded::ContentKind;
using embedded::StoredObject;

namespace {

constexpr std::size_t kMaxKeyBytes = 1024;

Status CheckObject(const LocalObject& object) {
  const std::string& key = object.ref.key;
  if (key.empty()) return Fail(ErrorCode::kInvalid, "the key of an object must not be empty");
  if (key.size() > kMaxKeyBytes) {
    return Fail(ErrorCode::kInvalid, "the key has {} bytes; at most {} are allowed", key.size(), kMaxKeyBytes);
  }
  if (const auto at = FirstInvalidUtf8(key)) return Fail(ErrorCode::kInvalid, "the key is not UTF-8 at byte {}", *at);
  if (object.size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Fail(ErrorCode::kInvalid, "the size is too large");
  }
  for (const auto& [name, value] : object.metadata) {
    if (!IsUtf8(name) || !IsUtf8(value)) {
      return Fail(ErrorCode::kInvalid, "the metadata '{}' is not UTF-8", Printable(name));
    }
  }
  if ((object.etag && !IsUtf8(*object.etag)) || (object.version_id && !IsUtf8(*object.version_id))) {
    return Fail(ErrorCode::kInvalid, "the etag or the version id is not UTF-8");
  }
  return {};
}

// S3 tells whole seconds.
std::int64_t WholeSeconds(UtcTime t) { return embedded::ToMicros(std::chrono::floor<std::chrono::seconds>(t)); }

std::string NameOf(const ObjectRef& ref) { return Printable(fmt::format("{}/{}", ref.bucket, ref.key)); }

std::string NewVersionId(std::mt19937_64& random) { return fmt::format("{:016x}{:016x}", random(), random()); }

// What is published to one topic, batch by batch.
class Publisher {
 public:
  Publisher(embedded::SqliteEventTopic& topic, std::string name) : topic_(topic), name_(std::move(name)) {}

  Status Add(std::string body) {
    if (messages_.size() >= topic_.limits().entries.value || bytes_ + body.size() > topic_.limits().bytes.value / 2) {
      TRY(Flush());
    }
    bytes_ += body.size();
    messages_.push_back({"Amazon S3 Notification", std::move(body)});
    return {};
  }
  Status Flush() {
    TRY_ASSIGN(const auto statuses, topic_.PublishBatch(name_, messages_));
    for (const Status& status : statuses) TRY(Status(status));
    messages_.clear();
    bytes_ = 0;
    return {};
  }

 private:
  embedded::SqliteEventTopic& topic_;
  std::string name_;
  std::vector<TopicMessage> messages_;
  std::size_t bytes_ = 0;
};

Status Announce(embedded::SqliteEventTopic& topic, embedded::SqliteObjectStore& store, Clock& clock,
                std::span<const StoredObject> stored, bool removed_for_good) {
  std::map<std::string, std::vector<Publisher>, std::less<>> publishers;
  const UtcTime now = clock.Now();
  auto sequencer = static_cast<std::uint64_t>(embedded::ToMicros(now));
  for (const StoredObject& object : stored) {
    auto it = publishers.find(object.bucket);
    if (it == publishers.end()) {
      it = publishers.try_emplace(object.bucket).first;
      TRY_ASSIGN(auto topics, store.CreatedTopics(object.bucket));
      for (std::string& name : topics) it->second.emplace_back(topic, std::move(name));
    }
    if (it->second.empty()) continue;
    const std::string body = embedded::S3EventBody(object, !removed_for_good, now, sequencer++);
    for (Publisher& publisher : it->second) TRY(publisher.Add(body));
  }
  for (auto& [bucket, all] : publishers) {
    for (Publisher& publisher : all) TRY(publisher.Flush());
  }
  return {};
}

}  // namespace

std::string LocalVams::Impl::ContentDirectory() const {
  return (std::filesystem::path(directory->path()) / "content").string();
}

Result<StoredObject> LocalVams::Impl::Describe(const LocalObject& object) const {
  TRY(CheckObject(object));
  StoredObject stored;
  stored.bucket = object.ref.bucket;
  stored.key = object.ref.key;
  stored.size = object.size;
  stored.version_id = object.version_id;
  stored.delete_marker = object.delete_marker;
  std::vector<std::pair<std::string, std::string>> metadata = object.metadata;
  for (auto& [name, value] : metadata) name = AsciiLower(name);
  stored.metadata = embedded::EncodeMetadata(metadata);
  UtcTime modified = directory->clock().Now();
  if (!object.delete_marker && object.content != LocalObject::Content::kNone) {
    TRY_ASSIGN(const auto facts, embedded::LookAtFile(object.file));
    stored.size = facts.size;
    modified = UtcTime{Duration{facts.modified / 1000}};
    if (object.content == LocalObject::Content::kReference) {
      stored.content = ContentKind::kReference;
      stored.path = std::filesystem::absolute(object.file).lexically_normal().string();
      stored.file_modified = facts.modified;
      if (!object.etag) {
        TRY_ASSIGN(stored.etag, embedded::Md5OfFile(object.file));
      }
    } else {
      TRY_ASSIGN(const auto content, embedded::StoreContent(ContentDirectory(), object.file));
      stored.content = ContentKind::kStored;
      stored.path = content.path;
      stored.size = content.size;
      stored.etag = content.md5;
    }
  } else if (!object.delete_marker && !object.etag) {
    // There are no bytes: a sum of the name and size has the form of an ETag and changes when they do.
    stored.etag = embedded::Md5OfText(fmt::format("{}/{}/{}", stored.bucket, stored.key, stored.size));
  }
  if (object.etag) stored.etag = *object.etag;
  stored.last_modified = WholeSeconds(object.last_modified.value_or(modified));
  return stored;
}

Status local::StoreObjects(Connection& objects, std::vector<StoredObject>& stored) {
  embedded::ObjectWriter writer(objects);
  std::mt19937_64 random(std::random_device{}());
  for (StoredObject& object : stored) {
    TRY_ASSIGN(const auto versioned, writer.IsVersioned(object.bucket));
    if (versioned.value_or(false) && !object.version_id) object.version_id = NewVersionId(random);
    if (versioned == false && object.delete_marker) {
      return Fail(ErrorCode::kInvalid, "{}: bucket '{}' has no versions and so no delete markers",
                  NameOf({object.bucket, object.key}), object.bucket);
    }
    auto put = writer.Put(object);
    if (!put) return std::unexpected(std::move(put).error());
  }
  return writer.Finish();
}

Status LocalVams::PutObject(const LocalObject& object, EmitEvents events) { return PutObjects({&object, 1}, events); }

Status LocalVams::PutObjects(std::span<const LocalObject> objects, EmitEvents events) {
  std::vector<StoredObject> stored;
  stored.reserve(objects.size());
  for (const LocalObject& object : objects) {
    auto described = impl_->Describe(object);
    if (!described) return std::unexpected(std::move(described.error()).In(NameOf(object.ref)));
    stored.push_back(std::move(*described));
  }
  TRY(impl_->directory->objects().Write([&](Connection& c) { return local::StoreObjects(c, stored); }));
  if (events == EmitEvents::kNo) return {};
  return Announce(impl_->topic, impl_->objects, impl_->directory->clock(), stored, false);
}

Result<bool> LocalVams::DeleteObject(const ObjectRef& ref, EmitEvents events) {
  std::vector<StoredObject> marker(1);
  marker[0].bucket = ref.bucket;
  marker[0].key = ref.key;
  marker[0].delete_marker = true;
  marker[0].last_modified = WholeSeconds(impl_->directory->clock().Now());
  bool for_good = false;
  TRY_ASSIGN(const bool removed, impl_->directory->objects().Write([&](Connection& c) -> Result<bool> {
    TRY_ASSIGN(const auto bucket, embedded::FindBucket(c, ref.bucket));
    if (!bucket) return Fail(ErrorCode::kNotFound, "there is no bucket '{}'", Printable(ref.bucket));
    TRY_ASSIGN(embedded::Statement current, c.Prepare("SELECT 1 FROM objects WHERE bucket=?1 AND key=?2"));
    TRY_ASSIGN(const bool there, current.Int(1, *bucket).Text(2, ref.key).Step());
    current.Reset();
    if (!there) return false;
    embedded::ObjectWriter writer(c);
    TRY_ASSIGN(const auto versioned, writer.IsVersioned(ref.bucket));
    for_good = versioned == false;
    if (for_good) {
      TRY(writer.Put(marker[0]));
      TRY(writer.Finish());
    } else {
      TRY(local::StoreObjects(c, marker));
    }
    return true;
  }));
  if (removed && events == EmitEvents::kYes) {
    TRY(Announce(impl_->topic, impl_->objects, impl_->directory->clock(), marker, for_good));
  }
  return removed;
}

}  // namespace vams
