#include "testing/rig/event_message.h"

#include <charconv>
#include <cstddef>

#include "testing/rig/http_message.h"

namespace vams::rig {
namespace {

void AppendUtf8(unsigned code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | code >> 6));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | code >> 12));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | code >> 18));
    out.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

bool TakeHex4(std::string_view& text, unsigned& code) {
  if (text.size() < 4) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, code, 16);
  if (error != std::errc() || end != text.data() + 4) return false;
  text.remove_prefix(4);
  return true;
}

// Behind "\u".
bool TakeUnicode(std::string_view& text, std::string& out) {
  unsigned code = 0;
  if (!TakeHex4(text, code)) return false;
  if (code >= 0xD800 && code < 0xDC00 && text.starts_with("\\u")) {
    text.remove_prefix(2);
    unsigned low = 0;
    if (!TakeHex4(text, low)) return false;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(code, out);
  return true;
}

// The text of a JSON string, behind its first quote.
bool TakeString(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return true;
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    if (text.empty()) return false;
    const char escaped = text.front();
    text.remove_prefix(1);
    switch (escaped) {
      case 'n': out.push_back('\n'); break;
      case 't': out.push_back('\t'); break;
      case 'r': out.push_back('\r'); break;
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'u':
        if (!TakeUnicode(text, out)) return false;
        break;
      default: out.push_back(escaped);
    }
  }
  return false;
}

std::string_view Behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? std::string_view{} : text.substr(at + mark.size());
}

// The string that follows `name` in `text`.
bool TakeMember(std::string_view text, std::string_view name, std::string& out) {
  text = Behind(text, name);
  while (!text.empty() && (text.front() == ' ' || text.front() == ':')) text.remove_prefix(1);
  if (!text.starts_with('"')) return false;
  return TakeString(text.substr(1), out);
}

}  // namespace

bool ReadEventObject(std::string_view message, EventObject& object) {
  object.bucket.clear();
  object.key.clear();
  const std::string_view bucket = Behind(message, "\"bucket\"");
  if (!TakeMember(bucket, "\"name\"", object.bucket)) return false;
  std::string written;
  if (!TakeMember(Behind(bucket, "\"object\""), "\"key\"", written)) return false;
  AppendDecoded(written, /*plus_is_space=*/true, object.key);
  return true;
}

}  // namespace vams::rig
