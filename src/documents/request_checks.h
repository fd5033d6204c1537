#pragma once

#include <optional>
#include <string_view>

namespace vams {

// The checks that upstream makes of a request before it looks anything up, each naming what is wrong; nullopt: right.
// Source: docs/reference/vams-behaviour.md, 3.3. Both indexers make them in the order of the fields here.

enum class DatabaseIdForm { kLive, kLiveOrArchived /* may end in '#deleted' */ };

std::optional<std::string_view> CheckDatabaseId(std::string_view id, DatabaseIdForm form = DatabaseIdForm::kLive);
std::optional<std::string_view> CheckAssetId(std::string_view id);
std::optional<std::string_view> CheckFilePath(std::string_view path);
std::optional<std::string_view> CheckBucketName(std::string_view name);
std::optional<std::string_view> CheckObjectKey(std::string_view key);

}  // namespace vams
