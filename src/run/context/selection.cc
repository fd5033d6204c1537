#include "run/context/selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace vams {
namespace {

bool Matches(const std::optional<std::string>& wanted, std::string_view value) { return !wanted || *wanted == value; }

}  // namespace

bool Selects(const Selection& selection, const AssetKey& key) {
  std::string_view database = key.database_id;
  if (database.ends_with(kArchivedSuffix)) database.remove_suffix(kArchivedSuffix.size());
  return Matches(selection.database, database) && Matches(selection.asset, key.asset_id);
}

bool Selects(const Selection& selection, const ObjectLocation& location) {
  if (!Matches(selection.bucket, location.bucket)) return false;
  return !selection.prefix || selection.prefix->starts_with(location.prefix) ||
         location.prefix.starts_with(*selection.prefix);
}

bool Selects(const Selection& selection, const ObjectEntry& entry) {
  if (selection.prefix && !entry.key.starts_with(*selection.prefix)) return false;
  if (selection.since && entry.last_modified < *selection.since) return false;
  if (!selection.database && !selection.asset) return true;
  if (!entry.head) return true;
  const std::string* database = entry.head->FindMetadata("databaseid");
  const std::string* asset = entry.head->FindMetadata("assetid");
  return Matches(selection.database, database == nullptr ? "" : *database) &&
         Matches(selection.asset, asset == nullptr ? "" : *asset);
}

bool MaySelectDocument(const Selection& selection, std::string_view document_id) {
  const std::size_t first = document_id.find('#');
  if (!Matches(selection.database, document_id.substr(0, first))) return false;
  if (!selection.asset || first == std::string_view::npos) return true;
  std::string_view rest = document_id.substr(first);
  if (rest.starts_with(kArchivedSuffix) && rest.substr(kArchivedSuffix.size()).starts_with('#')) {
    rest.remove_prefix(kArchivedSuffix.size());
  }
  rest.remove_prefix(1);
  return rest.substr(0, rest.find('#')) == *selection.asset;
}

std::string Describe(const Selection& selection) {
  std::vector<std::string> parts;
  if (selection.database) parts.push_back(fmt::format("database {}", *selection.database));
  if (selection.asset) parts.push_back(fmt::format("asset {}", *selection.asset));
  if (selection.bucket) parts.push_back(fmt::format("bucket {}", *selection.bucket));
  if (selection.prefix) parts.push_back(fmt::format("prefix {}", *selection.prefix));
  if (selection.since) parts.push_back(fmt::format("changed since {}", FormatIsoSeconds(*selection.since)));
  return parts.empty() ? "everything" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace vams
