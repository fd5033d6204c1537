#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <type_traits>

#include "net/credentials.h"
#include "net/http.h"

namespace vams {
namespace {

TEST(Headers, NamesCompareWithoutCaseAndOrderIsKept) {
  Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(headers.Get("B"), "2");
  EXPECT_EQ(*headers.Find("a"), "1");
  EXPECT_EQ(headers.Find("c"), nullptr);
  EXPECT_EQ(headers.Get("c"), "");
  headers.Set("A", "4");
  ASSERT_EQ(headers.entries().size(), 2u);
  EXPECT_EQ(headers.entries()[1], (Headers::Entry{"A", "4"}));
}

TEST(Url, ReadsEndpoints) {
  const Url url = *ParseUrl("HTTP://LocalHost:4566");
  EXPECT_EQ(url.scheme, Scheme::kHttp);
  EXPECT_EQ(HostHeader(url), "localhost:4566");
  EXPECT_EQ(RequestTarget(url), "/");
  EXPECT_EQ(FormatUrl(*ParseUrl("https://a.b:443/p//q?x=1&y&z=%2F")), "https://a.b/p//q?x=1&y=&z=%2F");
  EXPECT_EQ(ParseUrl("http://[fd00:ec2::23]/v1")->host, "[fd00:ec2::23]");
  EXPECT_EQ(EffectivePort(*ParseUrl("http://[::1]:81/v1")), 81);
  EXPECT_EQ(EffectivePort(*ParseUrl("https://a")), 443);
  EXPECT_EQ(EffectivePort(*ParseUrl("http://a")), 80);
}

TEST(Url, RefusesTheRestWithoutEchoingPasswords) {
  for (const char* text : {"", "localhost:4566", "ftp://a", "https://", "https://a:0", "https://a:65536", "https://a:x",
                           "https://a b", "https://a#b", "https://[::1", "https://a\nb", "//a"}) {
    const auto url = ParseUrl(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kUsage) << text;
  }
  const auto url = ParseUrl("https://user:hunter2@host/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
}

RC_GTEST_PROP(Url, NothingBreaksTheRequestLine, (const std::string& path, const std::string& query)) {
  const auto url = ParseUrl("https://host/" + path + "?" + query);
  if (url) {
    for (const char c : RequestTarget(*url)) RC_ASSERT(c > 0x20 && c < 0x7f);
  }
}

RC_GTEST_PROP(Url, FormattingAndReadingAgainIsTheSame,
              (const std::vector<std::pair<std::string, std::string>>& query)) {
  Url url{.host = "host", .path = "/a%2Fb", .query = query};
  const auto again = ParseUrl(FormatUrl(url));
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->query == query);
  RC_ASSERT(again->path == url.path);
}

TEST(Secret, DoesNotFormatAndIsWipedWhenMoved) {
  static_assert(!fmt::is_formattable<Secret>::value);
  static_assert(!fmt::is_formattable<Credentials>::value);
  Secret secret("hunter2");
  EXPECT_EQ(secret.Reveal(), "hunter2");
  const Secret copy = secret;
  EXPECT_TRUE(copy == secret);
  const Secret moved = std::move(secret);
  EXPECT_EQ(moved.Reveal(), "hunter2");
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  EXPECT_FALSE(copy == Secret("hunter3"));
  EXPECT_FALSE(copy == Secret("hunter22"));
}

TEST(Secret, WipingLeavesNothingBehind) {
  for (const std::string& text : {std::string("short"), std::string(200, 'x')}) {
    std::string held = text;
    const char* at = held.data();
    const std::size_t capacity = held.capacity();
    Secret::Wipe(held);
    EXPECT_TRUE(held.empty());
    ASSERT_EQ(held.data(), at);
    for (std::size_t i = 0; i < capacity; ++i) EXPECT_EQ(at[i], '\0');
  }
}

}  // namespace
}  // namespace vams
