#include "net/http_date.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace vams {

std::optional<UtcTime> ParseHttpDate(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::vector<std::string_view> words = Split(text, ' ');
  if (words.size() != 6 || words[0].size() != 4 || words[5] != "GMT") return std::nullopt;
  if (words[1].size() != 2 || words[3].size() != 4 || words[4].size() != 8) return std::nullopt;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (kMonths[month] == words[2]) {
      return ParseIso(fmt::format("{}-{:02}-{}T{}Z", words[3], month + 1, words[1], words[4]));
    }
  }
  return std::nullopt;
}

}  // namespace vams
