#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/attribute_value.h"

namespace vams {

// Why no event about an object of this (decoded) key is ever indexed, as a short name that is the same for all of its
// class; "" where the key does not decide. Pure; the same for both compatibilities.
// Source: docs/reference/vams-behaviour.md, 5.2 steps 3 to 5 and the folder rule of 5.4.
//   folder-marker    ends in '/'
//   preview-file     holds '.previewFile.'
//   reserved-folder  a part between slashes starts with pipeline, preview or temp-upload
//   no-extension     the last part has no '.'
std::string_view KeySkipRule(std::string_view key);

// The first three of these rules, which come before everything else; the last one is a rule about paths.
std::string_view ReservedKeyRule(std::string_view key);

// 5.4: ends in '/', or the last part has no '.'.
bool IsFolderPath(std::string_view path);

// What follows the last '.', in small letters by Unicode's full rules.
std::string FileExtension(std::string_view path);

// 5.2 step 11. Where the keys of the asset's files begin: assetLocation.Key, or `prefix` (as normalised) + asset id +
// '/' where the location or its Key is absent. nullopt where either is of another type, at which upstream raises.
std::optional<std::string> AssetBaseKey(const Item& asset, std::string_view prefix, std::string_view asset_id);

// 5.2 step 11. The key without the base if it starts with it, else the whole key; '/' in front unless there.
std::string RelativePath(std::string_view key, std::string_view base);

}  // namespace vams
