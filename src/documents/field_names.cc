#include "documents/field_names.h"

namespace vams {
namespace {

constexpr std::size_t kMaxFieldName = 255;
constexpr std::string_view kDottedCapitalI = "\xC4\xB0";  // U+0130
constexpr std::string_view kKelvinSign = "\xE2\x84\xAA";  // U+212A
constexpr std::string_view kPrefixWhereNoneIsLeft = "field_";

}  // namespace

std::optional<std::string> MetadataFieldName(std::string_view attribute) {
  if (attribute.starts_with("VAMS_") || attribute.starts_with('_')) return std::nullopt;
  std::string name;
  name.reserve(attribute.size() + kPrefixWhereNoneIsLeft.size());
  const auto append = [&](char c) {
    if (c != '_' || !name.empty()) name.push_back(c);  // no leading underscore, also after removals
  };
  for (std::size_t at = 0; at < attribute.size(); ++at) {
    const char c = attribute[at];
    if (c >= 'A' && c <= 'Z') {
      append(static_cast<char>(c - 'A' + 'a'));
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-') {
      append(c);
    } else if (c == ' ') {
      append('_');
    } else if (attribute.substr(at).starts_with(kDottedCapitalI)) {
      append('i');
    } else if (attribute.substr(at).starts_with(kKelvinSign)) {
      append('k');
    }
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name.insert(0, kPrefixWhereNoneIsLeft);
  if (name.size() > kMaxFieldName) name.resize(kMaxFieldName);
  return name;
}

}  // namespace vams
