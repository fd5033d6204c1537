#include "documents/python_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "documents/unicode_text.h"

namespace vams::python {
namespace {

constexpr char kHex[] = "0123456789abcdef";

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

void AppendHex(std::string& out, char32_t c, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back(kHex[(c >> shift) & 0xF]);
}

// Python takes ' unless the text holds ' and no ".
char QuoteFor(std::string_view text) { return text.contains('\'') && !text.contains('"') ? '"' : '\''; }

void AppendJsonAscii(std::string& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::Next(text, at);
    switch (c) {
      case '"': out += "\\\""; continue;
      case '\\': out += "\\\\"; continue;
      case '\n': out += "\\n"; continue;
      case '\r': out += "\\r"; continue;
      case '\t': out += "\\t"; continue;
      case '\f': out += "\\f"; continue;
      case '\b': out += "\\b"; continue;
      default: break;
    }
    if (c >= 0x20 && c < 0x7F) {
      out.push_back(static_cast<char>(c));
    } else if (c < 0x10000) {
      out += "\\u";
      AppendHex(out, c, 4);
    } else {
      out += "\\u";
      AppendHex(out, 0xD800 + ((c - 0x10000) >> 10), 4);
      out += "\\u";
      AppendHex(out, 0xDC00 + ((c - 0x10000) & 0x3FF), 4);
    }
  }
  out.push_back('"');
}

template <class Members, class AppendMember>
void AppendList(std::string& out, char open, char close, const Members& members, AppendMember&& append) {
  out.push_back(open);
  bool first = true;
  for (const auto& member : members) {
    if (!first) out += ", ";
    first = false;
    append(member);
  }
  out.push_back(close);
}

void AppendDecimalRepr(std::string& out, std::string_view number) {
  out += "Decimal('";
  out += DecimalText(number);
  out += "')";
}

void AppendBinaryRepr(std::string& out, std::string_view bytes) {
  out += "Binary(";
  AppendBytesRepr(out, bytes);
  out.push_back(')');
}

}  // namespace

std::string DecimalText(std::string_view number) {
  std::string_view rest = number;
  std::string out;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    if (rest[0] == '-') out.push_back('-');
    rest.remove_prefix(1);
  }
  std::string digits;
  long exponent = 0;
  bool seen_digit = false;
  bool seen_point = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c >= '0' && c <= '9') {
      seen_digit = true;
      if (!digits.empty() || c != '0') digits.push_back(c);
      if (seen_point) --exponent;
    } else if (c == '.' && !seen_point) {
      seen_point = true;
    } else {
      break;
    }
  }
  if (!seen_digit) return std::string(number);
  if (at < rest.size()) {
    if (rest[at] != 'e' && rest[at] != 'E') return std::string(number);
    std::string_view text = rest.substr(at + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    long written = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), written);
    if (error != std::errc() || end != text.data() + text.size()) return std::string(number);
    exponent += written;
  }
  if (digits.empty()) digits = "0";

  const long count = static_cast<long>(digits.size());
  const long adjusted = exponent + count - 1;
  if (exponent <= 0 && adjusted >= -6) {
    const long whole = count + exponent;  // digits before the point
    if (exponent == 0) {
      out += digits;
    } else if (whole > 0) {
      out.append(digits, 0, static_cast<std::size_t>(whole));
      out.push_back('.');
      out.append(digits, static_cast<std::size_t>(whole));
    } else {
      out += "0.";
      out.append(static_cast<std::size_t>(-whole), '0');
      out += digits;
    }
    return out;
  }
  out.push_back(digits[0]);
  if (count > 1) {
    out.push_back('.');
    out.append(digits, 1);
  }
  out += fmt::format("E{:+}", adjusted);
  return out;
}

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  // The shortest digits come from to_chars; where to put the point is Python's rule: as a number from 1e-4 up to 1e16.
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view scientific(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = scientific.find('e');
  int exponent = 0;
  std::from_chars(scientific.data() + e + 2, end, exponent);  // behind the sign
  if (scientific[e + 1] == '-') exponent = -exponent;
  std::string digits;
  std::string out;
  for (const char c : scientific.substr(0, e)) {
    if (c == '-') out.push_back('-');
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  if (exponent < -4 || exponent >= 16) {
    out.push_back(digits[0]);
    if (digits.size() > 1) {
      out.push_back('.');
      out.append(digits, 1);
    }
    return out + fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

void AppendTextRepr(std::string& out, std::string_view text) {
  const char quote = QuoteFor(text);
  out.push_back(quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = unicode::Next(text, at);
    if (c == static_cast<char32_t>(quote) || c == U'\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c == U'\n') {
      out += "\\n";
    } else if (c == U'\r') {
      out += "\\r";
    } else if (c == U'\t') {
      out += "\\t";
    } else if (unicode::IsPrintable(c)) {
      out.append(text, begin, at - begin);
    } else if (c < 0x100) {
      out += "\\x";
      AppendHex(out, c, 2);
    } else if (c < 0x10000) {
      out += "\\u";
      AppendHex(out, c, 4);
    } else {
      out += "\\U";
      AppendHex(out, c, 8);
    }
  }
  out.push_back(quote);
}

void AppendBytesRepr(std::string& out, std::string_view bytes) {
  const char quote = QuoteFor(bytes);
  out.push_back('b');
  out.push_back(quote);
  for (const char c : bytes) {
    if (c == quote || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c >= 0x20 && c < 0x7F) {
      out.push_back(c);
    } else {
      out += "\\x";
      AppendHex(out, static_cast<unsigned char>(c), 2);
    }
  }
  out.push_back(quote);
}

void AppendRepr(std::string& out, const AttributeValue& value) {
  std::visit(Overloaded{
                 [&](const AttributeValue::Null&) { out += "None"; },
                 [&](const std::string& s) { AppendTextRepr(out, s); },
                 [&](const AttributeValue::Number& n) { AppendDecimalRepr(out, n.text); },
                 [&](bool b) { out += b ? "True" : "False"; },
                 [&](const AttributeValue::Binary& b) { AppendBinaryRepr(out, b.bytes); },
                 [&](const AttributeValue::List& list) {
                   AppendList(out, '[', ']', list, [&](const AttributeValue& item) { AppendRepr(out, item); });
                 },
                 [&](const AttributeMap& map) {
                   AppendList(out, '{', '}', map, [&](const AttributeMap::Entry& entry) {
                     AppendTextRepr(out, entry.first);
                     out += ": ";
                     AppendRepr(out, entry.second);
                   });
                 },
                 [&](const AttributeValue::StringSet& s) {
                   AppendList(out, '{', '}', s.members, [&](const std::string& m) { AppendTextRepr(out, m); });
                 },
                 [&](const AttributeValue::NumberSet& s) {
                   AppendList(out, '{', '}', s.members, [&](const std::string& m) { AppendDecimalRepr(out, m); });
                 },
                 [&](const AttributeValue::BinarySet& s) {
                   AppendList(out, '{', '}', s.members, [&](const std::string& m) { AppendBinaryRepr(out, m); });
                 },
             },
             value.value());
}

bool AppendStr(std::string& out, const AttributeValue& value) {
  if (value.As<AttributeValue::Binary>() != nullptr) return false;
  if (const std::string* text = value.AsString()) {
    out += *text;
  } else if (const auto* number = value.As<AttributeValue::Number>()) {
    out += DecimalText(number->text);
  } else {
    AppendRepr(out, value);
  }
  return true;
}

bool AppendJsonDumps(std::string& out, const AttributeValue& value) {
  if (value.As<AttributeValue::Binary>() != nullptr) return false;
  if (value.As<AttributeValue::Null>() != nullptr) {
    out += "null";
  } else if (const bool* b = value.As<bool>()) {
    out += *b ? "true" : "false";
  } else if (const auto* list = value.As<AttributeValue::List>()) {
    bool ok = true;
    AppendList(out, '[', ']', *list, [&](const AttributeValue& item) { ok = ok && AppendJsonDumps(out, item); });
    return ok;
  } else if (const auto* map = value.As<AttributeMap>()) {
    bool ok = true;
    AppendList(out, '{', '}', *map, [&](const AttributeMap::Entry& entry) {
      AppendJsonAscii(out, entry.first);
      out += ": ";
      ok = ok && AppendJsonDumps(out, entry.second);
    });
    return ok;
  } else {
    std::string text;
    if (!AppendStr(text, value)) return false;
    AppendJsonAscii(out, text);
  }
  return true;
}

}  // namespace vams::python
