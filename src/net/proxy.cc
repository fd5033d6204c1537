#include "net/proxy.h"

#include "base/text.h"

namespace vams {

ProxySettings ProxyFromEnvironment(const GetEnv& get_env) {
  const auto read = [&](const std::string& upper) {
    std::optional<std::string> value = get_env(AsciiLower(upper));
    if (!value) value = get_env(upper);
    return value;
  };
  const std::string all = read("ALL_PROXY").value_or("");
  return {.http = read("HTTP_PROXY").value_or(all),
          .https = read("HTTPS_PROXY").value_or(all),
          .no_proxy = read("NO_PROXY").value_or("")};
}

}  // namespace vams
