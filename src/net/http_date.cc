#include "net/http_date.h"

#include <algorithm>
#include <array>

namespace vams {

std::optional<UtcTime> ParseHttpDate(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  if (text.size() != 29 || text[4] != ' ' || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text.substr(25) != " GMT") {
    return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto number = static_cast<std::size_t>(month - kMonths.begin()) + 1;
  std::array<char, 20> iso{};
  char* at = iso.data();
  const auto put = [&at](std::string_view part) { at = std::ranges::copy(part, at).out; };
  put(text.substr(12, 4));
  put(number < 10 ? "-0" : "-1");
  *at++ = static_cast<char>('0' + number % 10);
  put("-");
  put(text.substr(5, 2));
  put("T");
  put(text.substr(17, 8));
  put("Z");
  return ParseIso({iso.data(), iso.size()});
}

}  // namespace vams
