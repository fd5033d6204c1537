#include "backends/aws/strict_xml.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace vams::aws {
namespace {

using pugi::xml_node;

// "amp", "#38", "#x26": a reference that XML itself defines, and not to the character zero.
bool IsReference(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNamed = {"amp", "lt", "gt", "quot", "apos"};
  if (!name.starts_with('#')) return std::ranges::find(kNamed, name) != kNamed.end();
  name.remove_prefix(1);
  const bool hex = name.starts_with('x');
  if (hex) name.remove_prefix(1);
  std::uint32_t code = 0;
  if (name.empty() || name.size() > 8) return false;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
    if (!digit && !letter) return false;
    code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code != 0 && code <= 0x10FFFF;
}

// Only within a CDATA section is '&' a letter as any other. Where there is no '[' there is none, which is soon seen and
// true of nearly every reply.
std::size_t NextMark(std::string_view body, std::size_t at, bool may_hold_cdata) {
  if (!may_hold_cdata) return std::min(body.find('&', at), body.size());
  while (at < body.size() && body[at] != '&' && body[at] != '<') ++at;
  return at;
}

// pugixml leaves a reference that it does not know as it is, and ends the text at a zero.
Status CheckText(std::string_view body) {
  if (body.find('\0') != std::string_view::npos) return Fail(ErrorCode::kBadReply, "it holds a zero byte");
  constexpr std::string_view kOpen = "<![CDATA[";
  constexpr std::size_t kLongest = 12;  // of a reference
  const bool cdata = body.find('[') != std::string_view::npos;
  for (std::size_t at = NextMark(body, 0, cdata); at < body.size(); at = NextMark(body, at + 1, cdata)) {
    if (body[at] == '<') {
      if (!body.substr(at).starts_with(kOpen)) continue;
      at = body.find("]]>", at);
      if (at == std::string_view::npos) return Fail(ErrorCode::kBadReply, "a CDATA section has no end");
      continue;
    }
    const std::string_view rest = body.substr(at + 1, kLongest);
    const std::size_t end = rest.find(';');
    if (end == std::string_view::npos || !IsReference(rest.substr(0, end))) {
      return Fail(ErrorCode::kBadReply, "'&{}' is no reference", Printable(rest));
    }
  }
  return {};
}

bool IsText(const xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

}  // namespace

Result<xml_node> LoadXml(std::string_view body, const char* root, pugi::xml_document& document) {
  TRY(CheckText(body));
  // A key may be nothing but spaces. A text that its element begins with needs no node of its own.
  constexpr unsigned kOptions = pugi::parse_default | pugi::parse_ws_pcdata_single | pugi::parse_embed_pcdata;
  const pugi::xml_parse_result parsed = document.load_buffer(body.data(), body.size(), kOptions, pugi::encoding_utf8);
  if (!parsed) {
    return Fail(ErrorCode::kBadReply, "no well-formed XML at byte {}: {}", parsed.offset, parsed.description());
  }
  xml_node found;
  for (const xml_node& node : document.children()) {
    if (node.type() != pugi::node_element) continue;
    if (found) return Fail(ErrorCode::kBadReply, "more than one XML document");
    found = node;
  }
  if (std::string_view(found.name()) != root) {
    return Fail(ErrorCode::kBadReply, "<{}> where <{}> is expected", Printable(found.name()), root);
  }
  return found;
}

Result<std::string_view> TextOf(const xml_node& element) {
  const std::string_view embedded = element.value();
  const xml_node first = element.first_child();
  if (!first) return embedded;
  if (!embedded.empty() || first.next_sibling() || !IsText(first)) {
    return Fail(ErrorCode::kBadReply, "<{}> holds more than a text", Printable(element.name()));
  }
  return std::string_view(first.value());
}

Result<std::optional<std::string>> OptionalChild(const xml_node& element, const char* name) {
  const xml_node child = element.child(name);
  if (!child) return std::nullopt;
  if (child.next_sibling(name)) return Fail(ErrorCode::kBadReply, "several <{}> where one is expected", name);
  TRY_ASSIGN(const std::string_view text, TextOf(child));
  return std::string(text);
}

Result<std::string> RequiredChild(const xml_node& element, const char* name) {
  TRY_ASSIGN(std::optional<std::string> text, OptionalChild(element, name));
  if (!text) return Fail(ErrorCode::kBadReply, "<{}> has no <{}>", Printable(element.name()), name);
  return std::move(*text);
}

}  // namespace vams::aws
