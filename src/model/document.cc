#include "model/document.h"

#include <fmt/format.h>

namespace vams {

std::string AssetDocumentId(std::string_view database_id, std::string_view asset_id) {
  return fmt::format("{}#{}", database_id, asset_id);
}

std::string FileDocumentId(std::string_view database_id, std::string_view asset_id, std::string_view path) {
  std::string id;
  id.reserve(database_id.size() + asset_id.size() + path.size() + 2);
  id.append(database_id).append(1, '#').append(asset_id).append(1, '#').append(path);
  return id;
}

}  // namespace vams
