#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/field_values.h"
#include "model/asset.h"

// What the asset document and the file document share.
namespace vams {

// The bucket row as documents use it: id, name and prefix as normalised (3.4).
struct BucketDetails {
  std::string id;
  std::string name;
  std::string prefix;
  bool found_by_sync = true;  // SyncFindsPrefix
};
// nullopt for a row without a name, which counts as none.
std::optional<BucketDetails> BucketDetailsOf(const BucketRecord& record);

// Why no document could be built.
struct BuildFailure {
  std::string rule;          // short, the same for all of its class
  std::string message;       // names the field
  bool built_whole = false;  // the document was complete, but holds a value that cannot be sent
};
using BuiltBody = std::expected<std::string, BuildFailure>;

// The metadata fields of items merged by attribute name: a later item's value replaces an earlier one's and keeps its
// place. nullptr items are absent. False: some value is bytes; `failed` names the attribute.
[[nodiscard]] bool AddMergedMetadata(std::vector<DocumentField>& fields, std::span<const Item* const> items,
                                     std::string& failed);

// Appends `"name":` with the comma that goes before it.
void AppendName(std::string& body, std::string_view name);
// Begins a body with the metadata fields, which stand first in byte order; sorts them. Gives the first field that
// cannot be sent, nullptr if there is none.
const DocumentField* BeginBody(std::string& body, std::vector<DocumentField>& fields);

}  // namespace vams
