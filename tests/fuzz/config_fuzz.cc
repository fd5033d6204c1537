// Any bytes give either settings or mistakes that can be shown, with places that lie in the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "config/config_file.h"
#include "config/resolve_options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  const vams::ConfigFile file = vams::ParseConfig("fuzz.json", text);
  const auto resolved = vams::ResolveOptions({}, &file);
  if (resolved) return 0;
  if (resolved.error().empty()) std::abort();
  for (const vams::ConfigMistake& mistake : resolved.error()) {
    const std::string shown = vams::FormatMistake(mistake);
    if (shown.empty() || !vams::IsUtf8(shown)) std::abort();
    if (mistake.at && (mistake.at->line == 0 || mistake.at->line > lines || mistake.at->column == 0)) std::abort();
  }
  return 0;
}
