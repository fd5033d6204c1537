#include <gtest/gtest.h>

#include <map>

#include "net/proxy.h"

namespace vams {
namespace {

ProxySettings From(const std::map<std::string, std::string>& environment) {
  return ProxyFromEnvironment([&](const std::string& name) -> std::optional<std::string> {
    const auto at = environment.find(name);
    if (at == environment.end()) return std::nullopt;
    return at->second;
  });
}

TEST(Proxy, NothingIsNoProxy) {
  const ProxySettings none = From({});
  EXPECT_EQ(none.http, "");
  EXPECT_EQ(none.https, "");
  EXPECT_EQ(none.no_proxy, "");
}

TEST(Proxy, BothCasesAreReadAndLowerWins) {
  EXPECT_EQ(From({{"HTTP_PROXY", "http://a"}}).http, "http://a");
  EXPECT_EQ(From({{"HTTP_PROXY", "http://a"}, {"http_proxy", "http://b"}}).http, "http://b");
  EXPECT_EQ(From({{"HTTPS_PROXY", "http://a"}, {"https_proxy", ""}}).https, "") << "set to nothing is a choice";
  EXPECT_EQ(From({{"NO_PROXY", "x,y"}}).no_proxy, "x,y");
}

TEST(Proxy, AllProxyServesWhatHasNoneOfItsOwn) {
  const ProxySettings settings = From({{"all_proxy", "http://all"}, {"HTTPS_PROXY", "http://own"}});
  EXPECT_EQ(settings.http, "http://all");
  EXPECT_EQ(settings.https, "http://own");
}

}  // namespace
}  // namespace vams
