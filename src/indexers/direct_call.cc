#include "indexers/direct_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "indexers/python_json.h"

namespace vams {
namespace {

using python::Json;

// Reads the fields of a model one by one and remembers what is wrong with each.
class ModelReader {
 public:
  explicit ModelReader(const Json& event) : event_(event.is_object() ? event : empty_) {}

  std::string Text(std::string_view name) {
    const Json* value = python::Get(event_, name);
    if (value == nullptr) {
      problems_.push_back(fmt::format("{} is missing", name));
      return {};
    }
    auto text = python::AsModelText(*value);
    if (!text) problems_.push_back(fmt::format("{} must be text", name));
    return std::move(text).value_or("");
  }

  bool Flag(std::string_view name) {
    const Json* value = python::Get(event_, name);
    if (value == nullptr) return false;
    const auto flag = python::AsModelBool(*value);
    if (!flag) problems_.push_back(fmt::format("{} must be a boolean", name));
    return flag.value_or(false);
  }

  template <class Fits>
  void Optional(std::string_view name, std::string_view type, Fits&& fits) {
    const Json* value = python::Get(event_, name);
    if (value != nullptr && !value->is_null() && !fits(*value)) {
      problems_.push_back(fmt::format("{} must be {}", name, type));
    }
  }
  void OptionalText(std::string_view name) {
    Optional(name, "text", [](const Json& v) { return python::AsModelText(v).has_value(); });
  }
  void OptionalObject(std::string_view name) {
    // Python makes a dictionary of what is empty, too.
    Optional(name, "an object",
             [](const Json& v) { return v.is_object() || ((v.is_array() || v.is_string()) && !python::IsTruthy(v)); });
  }

  Status Verdict() const {
    if (problems_.empty()) return {};
    return Fail(ErrorCode::kInvalid, "{}", fmt::join(problems_, "; "));
  }

 private:
  const Json empty_ = Json::object();
  const Json& event_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<AssetRequest> ReadAssetCall(const Json& event) {
  ModelReader reader(event);
  AssetRequest request;
  request.key.database_id = reader.Text("databaseId");
  request.key.asset_id = reader.Text("assetId");
  for (const auto* name : {"assetName", "assetType", "description", "bucketId", "bucketName", "bucketPrefix",
                           "currentVersionId", "versionCreatedAt", "versionComment"}) {
    reader.OptionalText(name);
  }
  reader.Optional("isDistributable", "a boolean", [](const Json& v) { return python::AsModelBool(v).has_value(); });
  reader.Optional("tags", "a list of text", [](const Json& v) {
    return v.is_array() && std::ranges::all_of(v, [](const Json& t) { return python::AsModelText(t).has_value(); });
  });
  reader.OptionalObject("metadata");
  request.archived = reader.Flag("isArchived");
  request.operation = reader.Text("operation");
  TRY(reader.Verdict());
  return request;
}

Result<FileRequest> ReadFileCall(const Json& event) {
  ModelReader reader(event);
  FileRequest request;
  request.asset.database_id = reader.Text("databaseId");
  request.asset.asset_id = reader.Text("assetId");
  request.path = reader.Text("filePath");
  request.object.bucket = reader.Text("bucketName");
  request.object.key = reader.Text("s3Key");
  reader.Optional("fileSize", "an integer", python::FitsModelInt);
  for (const auto* name : {"lastModified", "etag", "versionId"}) reader.OptionalText(name);
  reader.OptionalObject("metadata");
  request.archived = reader.Flag("isArchived");
  request.operation = reader.Text("operation");
  TRY(reader.Verdict());
  return request;
}

EventShape ShapeOf(const Json& event) {
  if (event.is_object()) return event.contains("Records") ? EventShape::kRecords : EventShape::kDirect;
  if (event.is_string()) {
    return event.get_ref<const std::string&>().contains("Records") ? EventShape::kBroken : EventShape::kDirect;
  }
  if (event.is_array())
    return std::ranges::find(event, Json("Records")) != event.end() ? EventShape::kBroken : EventShape::kDirect;
  return EventShape::kBroken;
}

}  // namespace vams
