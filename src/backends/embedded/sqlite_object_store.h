#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/object_store.h"

namespace vams::embedded {

// A listing tells everything that a HEAD would (`ObjectEntry::head`). As with S3, where a HEAD has no body, an object
// in a bucket that does not exist is "no such object".
class SqliteObjectStore final : public ObjectStore {
 public:
  explicit SqliteObjectStore(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                          ItemCount limit) override;
  Cursor After(std::string_view key) const override;
  Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) override;
  Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override;
  Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

// User metadata as it is stored: a JSON object, or NULL for none.
std::optional<std::string> EncodeMetadata(const std::vector<std::pair<std::string, std::string>>& metadata);
Result<std::vector<std::pair<std::string, std::string>>> DecodeMetadata(std::string_view json);

// nullopt: no such bucket.
Result<std::optional<std::int64_t>> FindBucket(Connection& connection, std::string_view name);

}  // namespace vams::embedded
