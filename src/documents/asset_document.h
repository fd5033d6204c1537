#pragma once

#include <array>
#include <string_view>

#include "documents/document_parts.h"

namespace vams {

// All that the document of an asset is made from. What is pointed at must outlive the call only.
struct AssetDocumentInput {
  std::string_view database_id;  // of the request
  std::string_view asset_id;
  const Item& asset;
  const BucketDetails& bucket;
  std::array<const Item*, 3> metadata{};  // of the keys asset, asset + '/', '/' + asset + '/'; nullptr: none
  const Item* current_version = nullptr;
  bool has_children = false;
  bool has_parents = false;
  bool has_related = false;
  bool archived = false;
};

// The body of the asset's document (docs/reference/vams-behaviour.md, 4.3). Pure.
BuiltBody BuildAssetDocument(const AssetDocumentInput& input);

}  // namespace vams
