#include "backends/aws/objects/s3_listing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <pugixml.hpp>
#include <span>

#include "backends/aws/strict_xml.h"
#include "base/clock.h"
#include "base/percent.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using pugi::xml_node;

constexpr std::size_t kLongestKey = 1024;

class Reader {
 public:
  explicit Reader(bool encoded) : encoded_(encoded) {}

  std::string Decoded(std::string_view text) const {
    return encoded_ ? PercentDecode(text, /*plus_is_space=*/true) : std::string(text);
  }

  Result<std::string> OptionalText(const xml_node& element, const char* name) const {
    TRY_ASSIGN(std::optional<std::string> text, OptionalChild(element, name));
    return text ? Decoded(*text) : std::string();
  }

  Result<ObjectEntry> Entry(const xml_node& contents) const {
    // A page has a thousand of these: one look at each child.
    std::array<Field, 4> fields{{{"Key"}, {"Size"}, {"LastModified"}, {"ETag"}}};
    for (const xml_node& child : contents.children()) {
      const std::string_view name = child.name();
      const auto field = std::ranges::find(fields, name, &Field::name);
      if (field == fields.end()) continue;
      if (field->text) return Fail(ErrorCode::kBadReply, "several <{}> where one is expected", name);
      TRY_ASSIGN(field->text, TextOf(child));
    }
    for (const Field& field : std::span(fields).first(3)) {
      if (!field.text) return Fail(ErrorCode::kBadReply, "<Contents> has no <{}>", field.name);
    }
    const std::string_view size = *fields[1].text;
    const std::string_view time = *fields[2].text;
    ObjectEntry entry;
    entry.key = Decoded(*fields[0].text);
    if (entry.key.empty() || entry.key.size() > kLongestKey || !IsUtf8(entry.key)) {
      return Fail(ErrorCode::kBadReply, "'{}' is no key of an object", Printable(entry.key.substr(0, kLongestKey)));
    }
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), entry.size);
    if (size.empty() || error != std::errc() || end != size.data() + size.size()) {
      return Fail(ErrorCode::kBadReply, "'{}' is no size", Printable(size));
    }
    const std::optional<UtcTime> last_modified = ParseIso(time);
    if (!last_modified) return Fail(ErrorCode::kBadReply, "'{}' is no time", Printable(time));
    // S3 has whole seconds, and a HEAD can tell no more: servers that list more would contradict themselves.
    entry.last_modified = std::chrono::floor<std::chrono::seconds>(*last_modified);
    entry.etag = UnquotedEtag(fields[3].text.value_or(""));
    return entry;
  }

 private:
  struct Field {
    std::string_view name;
    std::optional<std::string_view> text{};
  };
  const bool encoded_;
};

Result<bool> IsEncoded(const xml_node& root) {
  TRY_ASSIGN(const std::optional<std::string> type, OptionalChild(root, "EncodingType"));
  if (!type || type->empty()) return false;
  if (*type == "url") return true;
  return Fail(ErrorCode::kBadReply, "the keys have the unknown encoding '{}'", Printable(*type));
}

Result<std::optional<std::string>> NextToken(const xml_node& root) {
  TRY_ASSIGN(const std::string truncated, RequiredChild(root, "IsTruncated"));
  if (truncated == "false") return std::nullopt;
  if (truncated != "true") return Fail(ErrorCode::kBadReply, "IsTruncated is '{}'", Printable(truncated));
  TRY_ASSIGN(std::string token, RequiredChild(root, "NextContinuationToken"));
  if (token.empty()) return Fail(ErrorCode::kBadReply, "there is more, but the token to get it is empty");
  return std::optional(std::move(token));
}

}  // namespace

std::string UnquotedEtag(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

Result<S3Listing> ReadListing(std::string_view body) {
  pugi::xml_document document;
  TRY_ASSIGN(const xml_node root, LoadXml(body, "ListBucketResult", document));
  TRY_ASSIGN(const bool encoded, IsEncoded(root));
  const Reader reader(encoded);
  S3Listing listing;
  TRY_ASSIGN(listing.next_token, NextToken(root));
  TRY_ASSIGN(listing.prefix, reader.OptionalText(root, "Prefix"));
  TRY_ASSIGN(listing.delimiter, reader.OptionalText(root, "Delimiter"));
  TRY_ASSIGN(listing.start_after, reader.OptionalText(root, "StartAfter"));
  constexpr std::size_t kShortestEntry = 200;
  listing.entries.reserve(std::min<std::size_t>(body.size() / kShortestEntry, 1000));
  for (const xml_node& contents : root.children("Contents")) {
    TRY_ASSIGN(ObjectEntry entry, reader.Entry(contents));
    listing.entries.push_back(std::move(entry));
  }
  for (const xml_node& common : root.children("CommonPrefixes")) {
    TRY_ASSIGN(std::string prefix, RequiredChild(common, "Prefix"));
    listing.common_prefixes.push_back(reader.Decoded(prefix));
  }
  return listing;
}

}  // namespace vams::aws
