#include "documents/document_parts.h"

#include <unordered_map>
#include <utility>

#include "documents/hazards.h"

namespace vams {
namespace {

bool IsSystemAttribute(std::string_view name) {
  return name.starts_with('_') || name == "databaseId" || name == "assetId";
}

bool AddField(std::vector<DocumentField>& fields, const std::string& name, const AttributeValue& value,
              std::string& failed) {
  if (AddMetadataField(fields, name, value)) return true;
  failed = name;
  return false;
}

}  // namespace

std::optional<BucketDetails> BucketDetailsOf(const BucketRecord& record) {
  if (record.bucket_name.empty()) return std::nullopt;
  return BucketDetails{.id = record.bucket_id,
                       .name = record.bucket_name,
                       .prefix = NormalisedPrefix(record.base_prefix),
                       .found_by_sync = SyncFindsPrefix(record.base_prefix)};
}

bool AddMergedMetadata(std::vector<DocumentField>& fields, std::span<const Item* const> items, std::string& failed) {
  const Item* only = nullptr;
  std::size_t present = 0;
  for (const Item* item : items) {
    if (item == nullptr) continue;
    only = item;
    ++present;
  }
  if (present == 0) return true;
  if (present == 1) {
    for (const auto& [name, value] : *only) {
      if (!IsSystemAttribute(name) && !AddField(fields, name, value, failed)) return false;
    }
    return true;
  }
  std::vector<std::pair<const std::string*, const AttributeValue*>> merged;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const Item* item : items) {
    if (item == nullptr) continue;
    for (const auto& [name, value] : *item) {
      if (IsSystemAttribute(name)) continue;
      const auto [place, added] = places.try_emplace(name, merged.size());
      if (added) {
        merged.emplace_back(&name, &value);
      } else {
        merged[place->second].second = &value;
      }
    }
  }
  for (const auto& [name, value] : merged) {
    if (!AddField(fields, *name, *value, failed)) return false;
  }
  return true;
}

void AppendName(std::string& body, std::string_view name) {
  if (body.size() > 1) body.push_back(',');  // 1: only the opening brace
  body.push_back('"');
  body += name;
  body += "\":";
}

const DocumentField* BeginBody(std::string& body, std::vector<DocumentField>& fields) {
  SortFields(fields);
  body.push_back('{');
  const DocumentField* refused = nullptr;
  for (const DocumentField& field : fields) {
    if (!field.sendable && refused == nullptr) refused = &field;
    AppendName(body, field.name);
    body += field.json;
  }
  return refused;
}

}  // namespace vams
