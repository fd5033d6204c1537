// Endpoints that somebody configured, and dates that a server sent: nothing that is accepted can break a request line.
#include <cstdlib>
#include <string_view>

#include "net/http.h"
#include "net/http_date.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(vams::ParseHttpDate(text));
  const auto url = vams::ParseUrl(text);
  if (!url) return 0;
  const std::string once = vams::FormatUrl(*url);
  for (const char c : once) {
    if (c <= 0x20 || c >= 0x7f) std::abort();
  }
  const auto again = vams::ParseUrl(once);
  if (!again || vams::FormatUrl(*again) != once) std::abort();
  return 0;
}
