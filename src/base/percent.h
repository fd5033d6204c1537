#pragma once

#include <string>
#include <string_view>

namespace vams {

// RFC 3986: everything but A-Z a-z 0-9 - . _ ~ becomes %XX (upper case), byte by byte; what stands in `keep` stays,
// too.
std::string PercentEncode(std::string_view bytes, std::string_view keep = {});
void AppendPercentEncoded(std::string& out, std::string_view bytes, std::string_view keep = {});
// %XX becomes its byte; a '%' that is not followed by two hex digits stays. With `plus_is_space` also '+' becomes ' '
// (forms, and what S3 calls encoding-type=url).
std::string PercentDecode(std::string_view text, bool plus_is_space = false);

}  // namespace vams
