#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "engine/key_split.h"

namespace vams {
namespace {

TEST(KeySplit, CutsWhereKeysUsuallyAre) {
  EXPECT_EQ(KeyBetween("", std::nullopt, ""), "U");
  EXPECT_EQ(KeyBetween("a", "c", ""), "b");
  EXPECT_EQ(KeyBetween("p/x1/f", std::nullopt, "p/"), "p/z");
  EXPECT_EQ(KeyBetween("a0", "a1", ""), "a0U");
  EXPECT_EQ(KeyBetween("", std::nullopt, "p/"), "p/U");
}

TEST(KeySplit, LeavesWholeWhatHasNoPlainMiddle) {
  EXPECT_EQ(KeyBetween("a", "a-", ""), std::nullopt);
  EXPECT_EQ(KeyBetween("\xC3\xA4", std::nullopt, ""), std::nullopt);
}

RC_GTEST_PROP(KeySplit, IsStrictlyBetweenAndPlainText, ()) {
  const auto letter =
      rc::gen::element<std::string>("a", "b", "/", "-", "0", "z", "~", " ", "\x01", "\xC3\xA4", "\xE6\x97\xA5");
  const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(letter), [](const auto& parts) {
    std::string all;
    for (const auto& part : parts) all += part;
    return all;
  });
  const std::string prefix = *text;
  const std::string after = prefix + *text;
  std::optional<std::string> to = prefix + *text;
  if (*to <= after) to.reset();
  const auto middle = KeyBetween(after, to, prefix);
  if (!middle) return;
  RC_ASSERT(*middle > after);
  RC_ASSERT((!to || *middle < *to));  // or the macro looks at both sides
  RC_ASSERT(middle->starts_with(prefix));
  RC_ASSERT(IsUtf8(*middle));
}

}  // namespace
}  // namespace vams
