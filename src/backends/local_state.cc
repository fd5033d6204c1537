#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "backends/local_impl.h"
#include "base/text.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;
using embedded::Connection;
using embedded::StoredObject;

struct LoadedState {
  std::vector<std::pair<LocalTable, std::vector<Item>>> tables;
  std::vector<LocalBucket> buckets;
  std::vector<StoredObject> objects;
};

Status CheckNames(const Json& json, const std::vector<std::string_view>& allowed) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "must be a JSON object");
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(allowed, std::string_view(name)) != allowed.end()) continue;
    const auto nearest = Nearest(name, allowed);
    return Fail(ErrorCode::kInvalid, "'{}' is not known here{}", Printable(name),
                nearest ? fmt::format("; did you mean '{}'?", *nearest) : "");
  }
  return {};
}

// Runs `body(element)` for each element of an array that may be absent, and names the one that fails.
template <class Body>
Status ForEach(const Json& owner, const char* name, const std::string& place, Body&& body) {
  const auto it = owner.find(name);
  if (it == owner.end() || it->is_null()) return {};
  const std::string here = fmt::format("{}.{}", place, name);
  if (!it->is_array()) return Fail(ErrorCode::kInvalid, "{}: must be an array", here);
  std::size_t index = 0;
  for (const Json& element : *it) {
    auto done = body(element);
    if (!done) return std::unexpected(std::move(done.error()).In(fmt::format("{}[{}]", here, index)));
    ++index;
  }
  return {};
}

Result<std::string> RequiredText(const Json& json, const char* name) {
  const auto it = json.find(name);
  if (it == json.end() || !it->is_string()) return Fail(ErrorCode::kInvalid, "'{}' must be a text", name);
  return it->get<std::string>();
}

Result<std::optional<std::string>> OptionalText(const Json& json, const char* name) {
  const auto it = json.find(name);
  if (it == json.end() || it->is_null()) return std::nullopt;
  TRY_ASSIGN(auto text, RequiredText(json, name));
  return text;
}

Result<bool> OptionalFlag(const Json& json, const char* name) {
  const auto it = json.find(name);
  if (it == json.end() || it->is_null()) return false;
  if (!it->is_boolean()) return Fail(ErrorCode::kInvalid, "'{}' must be true or false", name);
  return it->get<bool>();
}

Result<Item> ReadItem(const Json& json, LocalTable table) {
  TRY_ASSIGN(auto item, AttributeMapFromPlainJson(json));
  TRY(embedded::CheckItem(local::TableOf(table), item));
  return item;
}

Result<LocalBucket> ReadBucket(const Json& json) {
  TRY(CheckNames(json, {"name", "versioning"}));
  LocalBucket bucket;
  TRY_ASSIGN(bucket.name, RequiredText(json, "name"));
  TRY(local::CheckBucketName(bucket.name));
  TRY_ASSIGN(const auto versioning, OptionalText(json, "versioning"));
  if (versioning && *versioning != "Enabled") {
    return Fail(ErrorCode::kInvalid, "'versioning' must be null or \"Enabled\"");
  }
  bucket.versioned = versioning.has_value();
  bucket.topic = DefaultTopic(bucket.name);
  return bucket;
}

Result<LocalObject> ReadObject(const Json& json) {
  TRY(CheckNames(json, {"bucket", "key", "size", "last_modified", "etag", "version_id", "metadata", "multipart",
                        "delete_marker"}));
  LocalObject object;
  TRY_ASSIGN(object.ref.bucket, RequiredText(json, "bucket"));
  TRY_ASSIGN(object.ref.key, RequiredText(json, "key"));
  TRY_ASSIGN(object.delete_marker, OptionalFlag(json, "delete_marker"));
  TRY(OptionalFlag(json, "multipart"));
  TRY_ASSIGN(object.version_id, OptionalText(json, "version_id"));
  TRY_ASSIGN(const auto modified, OptionalText(json, "last_modified"));
  if (modified) {
    object.last_modified = ParseIso(*modified);
    if (!object.last_modified) return Fail(ErrorCode::kInvalid, "'last_modified' is no time: {}", Printable(*modified));
  }
  if (object.delete_marker) return object;
  TRY_ASSIGN(object.etag, OptionalText(json, "etag"));
  const auto size = json.find("size");
  if (size == json.end() || !size->is_number_integer() ||
      (!size->is_number_unsigned() && size->get<std::int64_t>() < 0)) {
    return Fail(ErrorCode::kInvalid, "'size' must be a number of bytes");
  }
  object.size = size->get<std::uint64_t>();
  const auto metadata = json.find("metadata");
  if (metadata != json.end() && !metadata->is_null()) {
    if (!metadata->is_object()) return Fail(ErrorCode::kInvalid, "'metadata' must be a JSON object");
    for (const auto& [name, value] : metadata->items()) {
      if (!value.is_string()) return Fail(ErrorCode::kInvalid, "the metadata '{}' must be a text", Printable(name));
      object.metadata.emplace_back(name, value.get<std::string>());
    }
  }
  return object;
}

Status ReadTables(const Json& state, LoadedState& loaded) {
  const auto tables = state.find("tables");
  if (tables == state.end() || tables->is_null()) return {};
  auto named = CheckNames(*tables, {"assets", "databases", "metadata", "buckets", "links", "versions"});
  if (!named) return std::unexpected(std::move(named.error()).In("state.tables"));
  for (const auto& [name, rows] : tables->items()) {
    const LocalTable table = *LocalTableFromName(name);
    std::vector<Item> items;
    TRY(ForEach(*tables, name.c_str(), "state.tables", [&](const Json& row) -> Status {
      TRY_ASSIGN(auto item, ReadItem(row, table));
      items.push_back(std::move(item));
      return {};
    }));
    loaded.tables.emplace_back(table, std::move(items));
  }
  return {};
}

}  // namespace

Status LocalVams::LoadState(const Json& state) {
  auto named = CheckNames(state, {"tables", "s3_buckets", "objects"});
  if (!named) return std::unexpected(std::move(named.error()).In("state"));
  LoadedState loaded;
  TRY(ReadTables(state, loaded));
  std::map<std::string, bool, std::less<>> versioned;
  TRY(ForEach(state, "s3_buckets", "state", [&](const Json& json) -> Status {
    TRY_ASSIGN(auto bucket, ReadBucket(json));
    if (const auto it = versioned.find(bucket.name); it != versioned.end() && it->second != bucket.versioned) {
      return Fail(ErrorCode::kInvalid, "bucket '{}' stands twice, with and without versions", bucket.name);
    }
    versioned.emplace(bucket.name, bucket.versioned);
    loaded.buckets.push_back(std::move(bucket));
    return {};
  }));
  TRY_ASSIGN(const LocalStatus present, ReadStatus());
  for (const auto& bucket : present.buckets) versioned.emplace(bucket.name, bucket.versioned);
  TRY(ForEach(state, "objects", "state", [&](const Json& json) -> Status {
    TRY_ASSIGN(const auto object, ReadObject(json));
    TRY_ASSIGN(auto stored, impl_->Describe(object));
    const auto bucket = versioned.find(object.ref.bucket);
    if (bucket == versioned.end()) {
      return Fail(ErrorCode::kInvalid, "there is no bucket '{}'", Printable(object.ref.bucket));
    }
    if (object.delete_marker && !bucket->second) {
      return Fail(ErrorCode::kInvalid, "bucket '{}' has no versions and so no delete markers", bucket->first);
    }
    loaded.objects.push_back(std::move(stored));
    return {};
  }));
  // One inside the other: the objects are committed only once the tables are.
  return impl_->directory->objects().Write([&](Connection& objects) -> Status {
    for (const LocalBucket& bucket : loaded.buckets) {
      auto made = local::MakeBucket(objects, bucket);
      if (!made) return std::unexpected(std::move(made.error()).In("state.s3_buckets"));
    }
    TRY(local::StoreObjects(objects, loaded.objects));
    return impl_->directory->tables().Write([&](Connection& tables) -> Status {
      for (const LocalBucket& bucket : loaded.buckets) TRY(local::MakeTopic(tables, *bucket.topic));
      for (const auto& [table, items] : loaded.tables) {
        for (const Item& item : items) TRY(embedded::PutItem(tables, local::TableOf(table), item));
      }
      return {};
    });
  });
}

}  // namespace vams
