#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "documents/document_parts.h"
#include "model/object.h"

namespace vams {

// All that the document of a file is made from. What is pointed at must outlive the call only.
struct FileDocumentInput {
  std::string_view database_id;  // of the request
  std::string_view asset_id;
  std::string_view path;  // '/' in front
  const Item& asset;
  const BucketDetails& bucket;            // the asset's
  std::array<const Item*, 2> metadata{};  // of the keys asset + path, '/' + asset + path; nullptr: none
  const ObjectHead* head = nullptr;       // nullptr: there is no object (only where `archived`)
  bool archived = false;
};

// The body of the file's document (docs/reference/vams-behaviour.md, 5.5). Pure.
BuiltBody BuildFileDocument(const FileDocumentInput& input);

// Why the fields that come from the asset's row cannot be written, whatever the file; nullopt: they can.
std::optional<BuildFailure> CheckFileFieldsOf(const Item& asset);

// 2025-03-04T05:06:07+00:00, cut to whole seconds.
std::string LastModifiedText(UtcTime t);

}  // namespace vams
