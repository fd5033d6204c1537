#include "config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"

namespace vams {
namespace {

constexpr std::string_view kNested = "reindex_settings";
constexpr std::string_view kPlaceholder = "YOUR_";
constexpr std::uintmax_t kMostBytes = 16 << 20;

bool IsRemark(std::string_view key) { return key == "comments" || key.starts_with('_'); }

// Keys that may stand in the object with this dotted prefix ("" or "reindex_settings.").
std::vector<std::string_view> KnownKeys(std::string_view prefix) {
  std::vector<std::string_view> keys;
  if (prefix.empty()) keys.push_back(kNested);
  for (const Setting& setting : AllSettings()) {
    if (!setting.key.starts_with(prefix)) continue;
    const std::string_view rest = setting.key.substr(prefix.size());
    if (!rest.empty() && rest.find('.') == std::string_view::npos) keys.push_back(rest);
  }
  return keys;
}

// The key as it may have been meant: "DRY_RUN", "dry-run" and "sns_topic_arn", a flag, are keys written otherwise; of
// "opensearch_endpoint" there is but the start.
std::optional<std::string_view> KeyMeant(const std::string& key, const std::vector<std::string_view>& known) {
  std::string word = AsciiLower(key);
  std::ranges::replace(word, '-', '_');
  std::ranges::replace(word, ' ', '_');
  if (const auto same = std::ranges::find(known, word); same != known.end()) return *same;
  for (const Setting& setting : AllSettings()) {
    for (const std::string_view flag : {setting.flag, setting.reindex_flag}) {
      std::string as_key(flag);
      std::ranges::replace(as_key, '-', '_');
      if (as_key == word && std::ranges::find(known, setting.key) != known.end()) return setting.key;
    }
  }
  if (const auto nearest = Nearest(word, known)) return nearest;
  constexpr std::size_t kTelling = 6;
  std::optional<std::string_view> longer;
  for (const std::string_view candidate : known) {
    if (word.size() < kTelling || candidate.find(word) == std::string_view::npos) continue;
    if (!longer || candidate.size() < longer->size()) longer = candidate;
  }
  return longer;
}

std::string UnknownKey(const std::string& key, std::string_view prefix) {
  std::string message = "unknown key";
  const std::string_view other = prefix.empty() ? "reindex_settings." : "";
  const auto elsewhere = KnownKeys(other);
  if (std::ranges::find(elsewhere, key) != elsewhere.end() && key != kNested) {
    return message + (prefix.empty() ? "; it belongs into reindex_settings" : "; it belongs beside reindex_settings");
  }
  if (const auto nearest = KeyMeant(key, KnownKeys(prefix))) {
    message += "; did you mean " + std::string(prefix) + std::string(*nearest) + "?";
  } else if (const auto far = KeyMeant(key, elsewhere); far && *far != kNested) {
    message += "; did you mean " + std::string(other) + std::string(*far) + "?";
  } else {
    message += "; 'config template' lists all of them";
  }
  return message;
}

class Reader {
 public:
  explicit Reader(ConfigFile& out) : out_(out) {}

  void Object(const LocatedValue::Object& members, std::string_view prefix) {
    std::map<std::string_view, TextPosition> seen;
    for (const LocatedMember& member : members) {
      if (IsRemark(member.key)) continue;
      const std::string full = std::string(prefix) + Printable(member.key);
      if (const auto [first, is_new] = seen.emplace(member.key, member.key_at); !is_new) {
        Mistake(member.key_at, full,
                fmt::format("duplicate key, first at {}:{}", first->second.line, first->second.column));
        continue;
      }
      if (prefix.empty() && member.key == kNested) {
        Nested(member);
      } else if (const Setting* setting = Known(prefix, member.key)) {
        if (member.value.As<LocatedValue::Null>() == nullptr) out_.entries.push_back({setting, member.value});
      } else {
        Mistake(member.key_at, full, UnknownKey(member.key, prefix));
      }
    }
  }

 private:
  // A dotted key is written as an object, never as "reindex_settings.max_workers".
  static const Setting* Known(std::string_view prefix, const std::string& key) {
    return key.find('.') == std::string::npos ? FindSettingByKey(std::string(prefix) + key) : nullptr;
  }

  void Nested(const LocatedMember& member) {
    if (member.value.As<LocatedValue::Null>() != nullptr) return;
    if (const auto* nested = member.value.As<LocatedValue::Object>()) {
      Object(*nested, "reindex_settings.");
    } else {
      Mistake(member.value.at, member.key, "expected an object, found " + DescribeValue(member.value));
    }
  }

  void Mistake(TextPosition at, std::string key, std::string message) {
    out_.mistakes.push_back({.source = out_.source, .at = at, .key = std::move(key), .message = std::move(message)});
  }

  ConfigFile& out_;
};

}  // namespace

std::string FormatMistake(const ConfigMistake& mistake) {
  std::string out = mistake.source;
  if (mistake.at) out += fmt::format(":{}:{}", mistake.at->line, mistake.at->column);
  if (!out.empty()) out += ": ";
  // The guide's own sentence names the key already; a flag is named by its source.
  const bool named = mistake.key.empty() || !mistake.at || mistake.message == PleaseSet(mistake.key);
  if (!named) out += mistake.key + ": ";
  return out + mistake.message;
}

ConfigFile ParseConfig(std::string source, std::string_view text) {
  ConfigFile out;
  out.source = std::move(source);
  const auto parsed = ParseLocatedJson(text);
  if (!parsed) {
    out.mistakes.push_back({.source = out.source,
                            .at = parsed.error().at,
                            .key = "",
                            .message = "no valid JSON: " + parsed.error().message});
  } else if (const auto* members = parsed->As<LocatedValue::Object>()) {
    Reader(out).Object(*members, "");
  } else {
    out.mistakes.push_back({.source = out.source,
                            .at = parsed->at,
                            .key = "",
                            .message = "expected an object of settings, found " + DescribeValue(*parsed)});
  }
  return out;
}

Result<std::string> ReadConfigText(const std::filesystem::path& path) {
  const std::string shown = Printable(path.string());
  const auto fail = [&](std::string_view reason) {
    return std::unexpected(MakeError(ErrorCode::kUsage, "cannot read the configuration file {}: {}", shown, reason)
                               .WithHint("vams-migrate config template > " + shown + " writes one to fill in"));
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(error ? error.message() : "no such file");
  if (std::filesystem::is_directory(status)) return fail("it is a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(std::strerror(errno));
  std::string text;
  char block[65536];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostBytes) return fail("it is larger than 16 MiB");
  }
  if (in.bad()) return fail(std::strerror(errno));
  return text;
}

bool HoldsPlaceholder(const LocatedValue& value) {
  if (const auto* text = value.As<std::string>()) return text->starts_with(kPlaceholder);
  if (const auto* members = value.As<LocatedValue::Object>()) {
    return std::ranges::any_of(
        *members, [](const LocatedMember& m) { return m.key.starts_with(kPlaceholder) || HoldsPlaceholder(m.value); });
  }
  return false;
}

std::string PleaseSet(std::string_view key) {
  return fmt::format("Please set the {} in the CONFIG or provide it via command line", key);
}

}  // namespace vams
