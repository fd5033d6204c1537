#include "backends/embedded/search_text.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams::embedded {
namespace {

// Takes the texts as they are parsed; no tree is built.
class TextCollector final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TextCollector(std::string& out) : out_(out) {}

  bool null() override { return inside_; }
  bool boolean(bool /*value*/) override { return inside_; }
  bool number_integer(std::int64_t /*value*/) override { return inside_; }
  bool number_unsigned(std::uint64_t /*value*/) override { return inside_; }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return inside_; }
  bool string(std::string& value) override {
    out_.append(value).push_back('\n');
    return inside_;
  }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return inside_ = true; }
  bool end_object() override { return true; }
  bool key(std::string& /*name*/) override { return true; }
  bool start_array(std::size_t /*size*/) override { return inside_; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*e*/) override {
    error_at_ = position;
    return false;
  }

  std::size_t error_at() const { return error_at_; }

 private:
  std::string& out_;
  bool inside_ = false;  // an object has been opened: what stands outside of one is refused
  std::size_t error_at_ = 0;
};

}  // namespace

Result<std::string> SearchText(std::string_view body) {
  std::string text;
  text.reserve(body.size());
  TextCollector collector(text);
  if (!nlohmann::json::sax_parse(body, &collector)) {
    if (collector.error_at() == 0) return Fail(ErrorCode::kInvalid, "the document is no JSON object");
    return Fail(ErrorCode::kInvalid, "the document is no JSON: error at byte {}", collector.error_at());
  }
  return text;
}

std::string FtsExpression(std::string_view query) {
  std::string expression;
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  for (std::size_t at = 0; at < query.size();) {
    if (is_space(query[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < query.size() && !is_space(query[end])) ++end;
    std::string_view word = query.substr(at, end - at);
    at = end;
    const bool prefix = word.ends_with('*');
    while (word.ends_with('*')) word.remove_suffix(1);
    if (word.empty()) continue;  // "*": every document
    if (!expression.empty()) expression.push_back(' ');
    // Between quotes nothing is syntax, but for the quote itself.
    expression.push_back('"');
    for (const char c : word) expression.push_back(c == '"' ? ' ' : c);
    expression.push_back('"');
    if (prefix) expression.push_back('*');
  }
  return expression;
}

}  // namespace vams::embedded
