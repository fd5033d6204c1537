#pragma once

#include <functional>
#include <optional>
#include <string>

namespace vams {

// Proxies by scheme of the request's URL; "" is none. A URL may hold user and password: they are never printed.
struct ProxySettings {
  std::string http{};
  std::string https{};
  std::string no_proxy{};  // host suffixes, addresses, CIDR ranges, "*"; separated by commas
};

using GetEnv = std::function<std::optional<std::string>(const std::string& name)>;

// http_proxy, https_proxy, all_proxy, no_proxy in both cases; lower case wins, as everywhere.
ProxySettings ProxyFromEnvironment(const GetEnv& get_env);

}  // namespace vams
