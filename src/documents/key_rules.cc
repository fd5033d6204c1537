#include "documents/key_rules.h"

#include <array>

#include "documents/unicode_text.h"

namespace vams {
namespace {

constexpr std::string_view kPreviewMark = ".previewFile.";
// 'pipelines', 'previews' and 'temp-uploads' begin with these.
constexpr std::array<std::string_view, 3> kReservedStarts{"pipeline", "preview", "temp-upload"};

std::string_view LastPart(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool HasReservedPart(std::string_view key) {
  for (std::size_t at = 0; at <= key.size();) {
    const std::string_view rest = key.substr(at);
    for (const std::string_view start : kReservedStarts) {
      if (rest.starts_with(start.front()) && rest.starts_with(start)) return true;  // the letter spares the call
    }
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return false;
    at += slash + 1;
  }
  return false;
}

}  // namespace

std::string_view ReservedKeyRule(std::string_view key) {
  if (key.ends_with('/')) return "folder-marker";
  if (key.contains(kPreviewMark)) return "preview-file";
  if (HasReservedPart(key)) return "reserved-folder";
  return "";
}

std::string_view KeySkipRule(std::string_view key) {
  if (const std::string_view rule = ReservedKeyRule(key); !rule.empty()) return rule;
  return IsFolderPath(key) ? "no-extension" : "";
}

bool IsFolderPath(std::string_view path) { return !LastPart(path).contains('.'); }

std::string FileExtension(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string() : unicode::Lower(path.substr(dot + 1));
}

std::optional<std::string> AssetBaseKey(const Item& asset, std::string_view prefix, std::string_view asset_id) {
  const auto by_convention = [&] {
    std::string base;
    base.reserve(prefix.size() + asset_id.size() + 1);
    base += prefix;
    base += asset_id;
    base.push_back('/');
    return base;
  };
  const AttributeValue* location = asset.Find("assetLocation");
  if (location == nullptr) return by_convention();
  const auto* map = location->As<AttributeMap>();
  if (map == nullptr) return std::nullopt;
  const AttributeValue* key = map->Find("Key");
  if (key == nullptr) return by_convention();
  const std::string* text = key->AsString();
  if (text == nullptr) return std::nullopt;
  return *text;
}

std::string RelativePath(std::string_view key, std::string_view base) {
  if (key.starts_with(base)) key.remove_prefix(base.size());
  std::string path;
  path.reserve(key.size() + 1);
  if (!key.starts_with('/')) path.push_back('/');
  path += key;
  return path;
}

}  // namespace vams
