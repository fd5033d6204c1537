#pragma once

#include <string>
#include <string_view>

namespace vams {

// A document of an index, ready to be sent: `body` is compact JSON with the names in byte order, so that equal
// documents are equal texts.
struct IndexDocument {
  std::string id;
  std::string body;
};

// `databaseId#assetId`
std::string AssetDocumentId(std::string_view database_id, std::string_view asset_id);
// `databaseId#assetId#/relative/path`
std::string FileDocumentId(std::string_view database_id, std::string_view asset_id, std::string_view path);

}  // namespace vams
