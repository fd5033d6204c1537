#pragma once

#include <string_view>

namespace vams {

// The bodies with which VAMS creates its two indexes, {"mappings": {...}, "settings": {...}}, byte by byte as in
// data/mapping_asset.json and data/mapping_file.json.
std::string_view AssetIndexDefinition();
std::string_view FileIndexDefinition();

}  // namespace vams
