#include "net/credentials/ini_file.h"

#include "base/text.h"

namespace vams {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

class Parser {
 public:
  explicit Parser(std::string_view file) : file_(file) {}

  Status Line(std::string_view line) {
    ++line_;
    if (FirstInvalidUtf8(line) || line.find('\0') != std::string_view::npos) return Refuse("not UTF-8 text");
    const std::string_view text = Trim(line);
    if (text.starts_with('#') || text.starts_with(';')) return {};
    if (text.empty()) {
      if (setting_) raw_.push_back('\n');
      return {};
    }
    const std::size_t indent = line.find_first_not_of(kBlanks);
    if (setting_ && indent > indent_) {
      raw_.push_back('\n');
      raw_ += text;
      return {};
    }
    TRY(EndSetting());
    indent_ = indent;
    return text.front() == '[' ? BeginSection(text) : BeginSetting(text);
  }

  Result<std::vector<IniSection>> End() {
    TRY(EndSetting());
    return std::move(sections_);
  }

 private:
  std::unexpected<Error> Refuse(std::string_view why, int line = 0) const {
    return Fail(ErrorCode::kUsage, "{}:{}: {}", file_, line == 0 ? line_ : line, why);
  }

  Status BeginSection(std::string_view text) {
    const std::size_t end = text.rfind(']');
    const std::string_view name = end == std::string_view::npos ? std::string_view() : Trim(text.substr(1, end - 1));
    if (name.empty()) return Refuse("a section must look like [name]");
    for (const IniSection& other : sections_) {
      if (other.name == name) {
        return Refuse(fmt::format("section [{}] stands in line {} already", Printable(name), other.line));
      }
    }
    sections_.push_back({.name = std::string(name), .line = line_});
    return {};
  }

  Status BeginSetting(std::string_view text) {
    if (sections_.empty()) return Refuse("a setting stands before the first [section]");
    const std::size_t delimiter = text.find_first_of("=:");
    if (delimiter == std::string_view::npos) return Refuse("not a section, setting (key = value) or comment");
    const std::string key = AsciiLower(Trim(text.substr(0, delimiter)));
    if (key.empty()) return Refuse("a setting has no name in front of the '='");
    const auto [at, added] = sections_.back().settings.try_emplace(key, IniSetting{.line = line_});
    if (!added) {
      return Refuse(fmt::format("{} stands in line {} of the same section already", Printable(key), at->second.line));
    }
    setting_ = &at->second;
    raw_ = Trim(text.substr(delimiter + 1));
    return {};
  }

  // A value that begins on a line of its own is a block of settings.
  Status EndSetting() {
    if (!setting_) return {};
    IniSetting& setting = *setting_;
    setting_ = nullptr;
    raw_.erase(raw_.find_last_not_of(" \t\r\f\v\n") + 1);
    if (!raw_.starts_with('\n')) {
      setting.value = Secret(std::move(raw_));
      raw_.clear();
      return {};
    }
    Status status;
    for (const std::string_view part : Split(std::string_view(raw_).substr(1), '\n')) {
      if (part.empty()) continue;
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos) {
        // Comments between the lines are not counted, so the line of the key is what can be named for sure.
        status = Refuse("a block below a setting must hold lines of key = value", setting.line);
        break;
      }
      setting.block.insert_or_assign(AsciiLower(Trim(part.substr(0, equals))),
                                     Secret(std::string(Trim(part.substr(equals + 1)))));
    }
    Secret::Wipe(raw_);
    return status;
  }

  std::string file_;
  int line_ = 0;
  std::vector<IniSection> sections_;
  IniSetting* setting_ = nullptr;  // the one that further lines may go on with; stays valid in its std::map
  std::size_t indent_ = 0;
  std::string raw_;
};

}  // namespace

Result<std::vector<IniSection>> ParseIni(std::string_view text, std::string_view file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Parser parser(file);
  for (const std::string_view line : Split(text, '\n')) TRY(parser.Line(line));
  return parser.End();
}

}  // namespace vams
