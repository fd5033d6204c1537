#include "engine/key_split.h"

#include <algorithm>

namespace vams {
namespace {

// What keys are made of, in byte order.
constexpr std::string_view kUsual = "-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr int kAboveAscii = 0x7F;

int At(std::string_view text, std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : -1; }

// The middle one of the usual characters between the two.
std::optional<char> Middle(int low, int high) {
  const auto first = std::ranges::find_if(kUsual, [&](char c) { return c > low; });
  const auto end = std::ranges::find_if(kUsual, [&](char c) { return c >= high; });
  if (first >= end) return std::nullopt;
  return *(first + (end - first) / 2);
}

}  // namespace

std::optional<std::string> KeyBetween(std::string_view after, const std::optional<std::string>& to,
                                      std::string_view prefix) {
  std::string middle(after < prefix ? prefix : after.substr(0, prefix.size()));
  const std::string_view low = after < prefix ? prefix : after;
  if (to) {
    const auto [l, t] = std::ranges::mismatch(low, *to);
    middle = std::string(low.substr(0, static_cast<std::size_t>(l - low.begin())));
  }
  // As long as the two bounds leave no room at a place, `low` is followed, and above it all is free.
  for (bool first = true; middle.size() <= low.size(); first = false) {
    const int from = At(low, middle.size());
    const int until = first && to ? At(*to, middle.size()) : kAboveAscii;
    if (from >= kAboveAscii || until > kAboveAscii) return std::nullopt;
    if (const auto c = Middle(from, until)) {
      middle += *c;
      return middle;
    }
    if (from < 0) return std::nullopt;
    middle += static_cast<char>(from);
  }
  return std::nullopt;
}

}  // namespace vams
