#pragma once

#include <string>
#include <string_view>

namespace vams {

// Python's urllib.parse.unquote_plus: '+' becomes a space, then the percent escapes are decoded once as UTF-8. Bytes
// that are no UTF-8 become U+FFFD, one for each longest part that could have begun a character; a cut escape stays as
// it is.
std::string UnquotePlus(std::string_view text);

}  // namespace vams
