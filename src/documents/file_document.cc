#include "documents/file_document.h"

#include <fmt/format.h>

#include "documents/json_text.h"
#include "documents/key_rules.h"

namespace vams {
namespace {

void AppendText(std::string& body, std::string_view name, std::string_view value) {
  AppendName(body, name);
  AppendJsonString(body, value);
}

BuildFailure FieldFailure(std::string_view field) {
  return {.rule = "field-type", .message = fmt::format("the value of {} cannot be read as the field's type", field)};
}

void AddObjectMetadata(std::vector<DocumentField>& fields, const ObjectHead& head) {
  std::string name;
  for (const auto& [key, value] : head.metadata) {
    if (key.empty() || key.starts_with("vams-")) continue;
    if (key == "assetid" || key == "databaseid" || key == "uploadid") continue;
    name.assign("s3_");
    name += key;
    AddMetadataText(fields, name, value);
  }
}

void AppendTwoDigits(std::string& out, unsigned n) {
  out.push_back(static_cast<char>('0' + n / 10 % 10));
  out.push_back(static_cast<char>('0' + n % 10));
}

}  // namespace

std::string LastModifiedText(UtcTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t - day).count();
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  std::string out;
  out.reserve(25);
  AppendTwoDigits(out, year / 100);
  AppendTwoDigits(out, year % 100);
  out.push_back('-');
  AppendTwoDigits(out, static_cast<unsigned>(date.month()));
  out.push_back('-');
  AppendTwoDigits(out, static_cast<unsigned>(date.day()));
  out.push_back('T');
  AppendTwoDigits(out, static_cast<unsigned>(seconds / 3600));
  out.push_back(':');
  AppendTwoDigits(out, static_cast<unsigned>(seconds / 60 % 60));
  out.push_back(':');
  AppendTwoDigits(out, static_cast<unsigned>(seconds % 60));
  out += "+00:00";
  return out;
}

std::optional<BuildFailure> CheckFileFieldsOf(const Item& asset) {
  std::string scratch;
  if (!AppendFixedTextList(scratch, asset.Find("tags"))) return FieldFailure("tags");
  if (!AppendFixedText(scratch, asset.Find("assetName"))) return FieldFailure("assetName");
  return std::nullopt;
}

BuiltBody BuildFileDocument(const FileDocumentInput& input) {
  std::vector<DocumentField> fields;
  std::string failed;
  const bool metadata_ok = AddMergedMetadata(fields, input.metadata, failed);
  if (input.head != nullptr) AddObjectMetadata(fields, *input.head);
  std::string body;
  body.reserve(1024);
  const DocumentField* refused = BeginBody(body, fields);

  AppendName(body, "bool_archived");
  body += input.archived ? "true" : "false";
  if (input.head != nullptr) AppendText(body, "date_lastmodified", LastModifiedText(input.head->last_modified));
  AppendName(body, "list_tags");
  if (!AppendFixedTextList(body, input.asset.Find("tags"))) return std::unexpected(FieldFailure("tags"));
  if (input.head != nullptr) {
    AppendName(body, "num_filesize");
    body += std::to_string(input.head->size);
  }
  AppendText(body, "str_assetid", input.asset_id);
  AppendName(body, "str_assetname");
  if (!AppendFixedText(body, input.asset.Find("assetName"))) return std::unexpected(FieldFailure("assetName"));
  AppendText(body, "str_bucketid", input.bucket.id);
  AppendText(body, "str_bucketname", input.bucket.name);
  AppendText(body, "str_bucketprefix", input.bucket.prefix);
  AppendText(body, "str_databaseid", input.database_id);
  if (input.head != nullptr) AppendText(body, "str_etag", input.head->etag);
  AppendText(body, "str_fileext", FileExtension(input.path));
  AppendText(body, "str_key", input.path);
  if (input.head != nullptr) AppendText(body, "str_s3_version_id", input.head->version_id.value_or("null"));
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
  return body;
}

}  // namespace vams
