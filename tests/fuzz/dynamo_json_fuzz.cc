// Any bytes either are refused or give an item that survives being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/attribute_value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto item = vams::ParseDynamoJson(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!item) return 0;
  const auto again = vams::ParseDynamoJson(vams::DumpDynamoJson(*item));
  if (!again || !(*again == *item)) std::abort();
  return 0;
}
