#include "documents/asset_document.h"

#include <fmt/format.h>

#include "documents/json_text.h"

namespace vams {
namespace {

constexpr std::string_view kBool[] = {"false", "true"};

void AppendBool(std::string& body, std::string_view name, bool value) {
  AppendName(body, name);
  body += kBool[value ? 1 : 0];
}

void AppendText(std::string& body, std::string_view name, std::string_view value) {
  AppendName(body, name);
  AppendJsonString(body, value);
}

std::unexpected<BuildFailure> FieldFailure(std::string_view field) {
  return std::unexpected(BuildFailure{
      .rule = "field-type", .message = fmt::format("the value of {} cannot be read as the field's type", field)});
}

// The attribute of the current version as it is: upstream does not check these.
bool AppendVersionField(std::string& body, std::string_view field, const AttributeValue* value,
                        std::string_view where_absent) {
  AppendName(body, field);
  if (value != nullptr) return AppendJsonValue(body, *value);
  body += where_absent;
  return true;
}

}  // namespace

BuiltBody BuildAssetDocument(const AssetDocumentInput& input) {
  const Item& asset = input.asset;
  std::vector<DocumentField> fields;
  std::string failed;
  const bool metadata_ok = AddMergedMetadata(fields, input.metadata, failed);
  std::string body;
  body.reserve(1024);
  const DocumentField* refused = BeginBody(body, fields);

  AppendBool(body, "bool_archived", input.archived);
  AppendBool(body, "bool_has_asset_children", input.has_children);
  AppendBool(body, "bool_has_asset_parents", input.has_parents);
  AppendBool(body, "bool_has_assets_related", input.has_related);
  AppendName(body, "bool_isdistributable");
  if (!AppendFixedBoolean(body, asset.Find("isDistributable"))) return FieldFailure("isDistributable");
  bool version_ok = true;
  const Item* version = input.current_version;
  if (version != nullptr) {
    version_ok = AppendVersionField(body, "date_asset_version_createdate", version->Find("dateCreated"), "null");
  }
  AppendName(body, "list_tags");
  if (!AppendFixedTextList(body, asset.Find("tags"))) return FieldFailure("tags");
  if (version != nullptr) {
    version_ok = AppendVersionField(body, "str_asset_version_comment", version->Find("comment"), "\"\"") && version_ok;
    version_ok =
        AppendVersionField(body, "str_asset_version_id", version->Find("assetVersionId"), "null") && version_ok;
  }
  AppendText(body, "str_assetid", input.asset_id);
  AppendName(body, "str_assetname");
  if (!AppendFixedText(body, asset.Find("assetName"))) return FieldFailure("assetName");
  AppendName(body, "str_assettype");
  if (!AppendFixedText(body, asset.Find("assetType"))) return FieldFailure("assetType");
  AppendText(body, "str_bucketid", input.bucket.id);
  AppendText(body, "str_bucketname", input.bucket.name);
  AppendText(body, "str_bucketprefix", input.bucket.prefix);
  AppendText(body, "str_databaseid", input.database_id);
  AppendName(body, "str_description");
  if (!AppendFixedText(body, asset.Find("description"))) return FieldFailure("description");
  body.push_back('}');

  if (!metadata_ok) {
    return std::unexpected(
        BuildFailure{.rule = "value-bytes",
                     .message = fmt::format("metadata attribute '{}' holds bytes, which are no text", failed)});
  }
  if (refused != nullptr) {
    return std::unexpected(BuildFailure{.rule = "value-unsendable",
                                        .message = fmt::format("{} holds a set or bytes inside", refused->name),
                                        .built_whole = true});
  }
  if (!version_ok) {
    return std::unexpected(BuildFailure{.rule = "value-unsendable",
                                        .message = "an attribute of the current version holds a set or bytes",
                                        .built_whole = true});
  }
  return body;
}

}  // namespace vams
