// Compressed replies: never more than the limit comes out, and what was compressed here comes back.
#include <cstdlib>
#include <string_view>

#include "net/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr vams::Bytes kLimit{100000};
  const auto foreign = vams::GzipDecompress(bytes, kLimit);
  if (foreign && foreign->size() > kLimit.value) std::abort();
  const auto own = vams::GzipDecompress(vams::GzipCompress(bytes), vams::Bytes{size});
  if (!own || *own != bytes) std::abort();
  return 0;
}
