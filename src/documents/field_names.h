#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vams {

// The name of a metadata attribute as it stands behind 'MD_' and the type; nullopt for one that upstream leaves out
// (VAMS_..., _...). Source: docs/reference/vams-behaviour.md, 3.6.
std::optional<std::string> MetadataFieldName(std::string_view attribute);

}  // namespace vams
