#include "documents/request_checks.h"

#include <algorithm>

#include "base/text.h"
#include "documents/unicode_text.h"
#include "model/asset.h"

namespace vams {
namespace {

constexpr std::size_t kMinDatabaseId = 3;
constexpr std::size_t kMaxDatabaseId = 63;
constexpr std::size_t kMinAssetId = 2;
constexpr std::size_t kMaxAssetId = 255;
constexpr std::size_t kMinPath = 3;
constexpr std::size_t kMaxText = 256;

// No letter outside ASCII lowers to one of this word, so ASCII's small letters do.
bool IsReservedWord(std::string_view text) {
  constexpr std::string_view kWord = "global";
  if (text.size() < kWord.size()) return false;
  const std::string_view stripped = unicode::Strip(text);
  return stripped.size() == kWord.size() && AsciiLower(stripped) == kWord;
}

std::optional<std::string_view> CheckLength(std::string_view text, std::string_view empty, std::string_view reserved,
                                            std::string_view too_long) {
  if (text.empty()) return empty;
  if (IsReservedWord(text)) return reserved;
  if (text.size() > kMaxText && CountCodePoints(text) > kMaxText) return too_long;
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> CheckDatabaseId(std::string_view id, DatabaseIdForm form) {
  if (form == DatabaseIdForm::kLiveOrArchived && id.ends_with(kArchivedSuffix))
    id.remove_suffix(kArchivedSuffix.size());
  if (id.empty()) return "the database id is empty";
  if (IsReservedWord(id)) return "the database id is the reserved word 'global'";
  if (id.size() < kMinDatabaseId || id.size() > kMaxDatabaseId) return "the database id must have 3 to 63 characters";
  const bool plain = std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!plain) return "the database id may hold only letters and digits of ASCII, '-' and '_'";
  return std::nullopt;
}

std::optional<std::string_view> CheckAssetId(std::string_view id) {
  if (id.empty()) return "the asset id is empty";
  if (IsReservedWord(id)) return "the asset id is the reserved word 'global'";
  std::size_t count = 0;
  bool newline = false;
  for (std::size_t at = 0; at < id.size();) {
    const char32_t c = unicode::Next(id, at);
    ++count;
    newline = newline || c == U'\n';
    if (at < id.size()) {
      if (!unicode::IsWord(c) && !unicode::IsSpace(c) && c != U'.' && c != U',' && c != U'\'' && c != U'-') {
        return "the asset id holds a character that is not allowed";
      }
      continue;
    }
    if (c == U'.' || unicode::IsSpace(c)) return "the asset id ends in '.' or white space";
    // Upstream looks for these no further than the first newline.
    const bool forbidden = c < 0x80 && std::string_view("<>:\"/\\|?*").contains(static_cast<char>(c));
    if (forbidden && !newline) return "the asset id holds a character that is not allowed";
  }
  if (count < kMinAssetId || count > kMaxAssetId) return "the asset id must have 2 to 255 characters";
  return std::nullopt;
}

std::optional<std::string_view> CheckFilePath(std::string_view path) {
  if (path.empty()) return "the path is empty";
  if (IsReservedWord(path)) return "the path is the reserved word 'global'";
  if (!path.starts_with('/')) return "the path does not start with '/'";
  if (path.contains('\n')) return "the path holds a newline";
  if (path.contains("..")) return "the path holds '..'";
  if (path.size() < 4 * kMinPath && CountCodePoints(path) < kMinPath) return "the path has fewer than 3 characters";
  return std::nullopt;
}

std::optional<std::string_view> CheckBucketName(std::string_view name) {
  return CheckLength(name, "the bucket's name is empty", "the bucket's name is the reserved word 'global'",
                     "the bucket's name has more than 256 characters");
}

std::optional<std::string_view> CheckObjectKey(std::string_view key) {
  return CheckLength(key, "the key is empty", "the key is the reserved word 'global'",
                     "the key has more than 256 characters");
}

}  // namespace vams
