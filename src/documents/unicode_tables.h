#pragma once

#include <cstdint>
#include <span>

// Properties of code points as Python 3.12 knows them (Unicode 15.0), made by scripts/make_unicode_tables.py.
namespace vams::unicode {

// Each list holds, in ascending order, the code points at which the property begins, ends, begins again...
std::span<const char32_t> PrintableFlips();      // str.isprintable
std::span<const char32_t> WordFlips();           // \w of re
std::span<const char32_t> SpaceFlips();          // \s of re
std::span<const char32_t> DecimalDigitFlips();   // \d of re
std::span<const char32_t> CasedFlips();          // cased and not case-ignorable
std::span<const char32_t> CaseIgnorableFlips();  // looked past around a capital sigma

// first, first + stride, ..., last lower to themselves + delta.
struct LowerRun {
  char32_t first;
  char32_t last;
  std::uint32_t stride;
  std::int32_t delta;
};
std::span<const LowerRun> LowerRuns();  // ascending; without U+0130 and the capital sigma, which need a rule

}  // namespace vams::unicode
