#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace vams {

// Fast rather than small: what is compressed here crosses one network once.
std::string GzipCompress(std::string_view bytes);
// One or more gzip members. kCorrupt: no gzip, cut, or a wrong checksum. kTooLarge: more than `limit` bytes come out.
Result<std::string> GzipDecompress(std::string_view bytes, Bytes limit);
// As in x-amz-crc32.
std::uint32_t Crc32(std::string_view bytes);

}  // namespace vams
