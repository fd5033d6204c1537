#include "model/document.h"

#include <fmt/format.h>

namespace vams {

std::string AssetDocumentId(std::string_view database_id, std::string_view asset_id) {
  return fmt::format("{}#{}", database_id, asset_id);
}

std::string FileDocumentId(std::string_view database_id, std::string_view asset_id, std::string_view path) {
  return fmt::format("{}#{}#{}", database_id, asset_id, path);
}

}  // namespace vams
