#include "base/fiber.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace vams {
namespace {

TEST(Fiber, PausesInItsMiddleAndGoesOnWithItsOwnVariables) {
  std::string seen;
  std::unique_ptr<Fiber> fiber;
  fiber = std::make_unique<Fiber>([&] {
    for (char c = 'a'; c < 'd'; ++c) {
      seen += c;
      fiber->Pause();
    }
  });
  EXPECT_EQ(seen, "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(fiber->ended());
    fiber->Resume();
    seen += '.';
  }
  fiber->Resume();
  EXPECT_TRUE(fiber->ended());
  EXPECT_EQ(seen, "a.b.c.");
}

int Sum(int n, const std::function<void()>& at_the_bottom) {
  std::array<int, 100> on_the_stack{};
  on_the_stack[static_cast<std::size_t>(n)] = n;
  if (n == 0) {
    at_the_bottom();
    return 0;
  }
  return on_the_stack[static_cast<std::size_t>(n)] + Sum(n - 1, at_the_bottom);
}

TEST(Fiber, ManyPauseDeepWithinTheirCalls) {
  std::vector<std::unique_ptr<Fiber>> fibers(200);
  std::vector<int> sums(fibers.size());
  for (std::size_t i = 0; i < fibers.size(); ++i) {
    fibers[i] = std::make_unique<Fiber>([&, i] { sums[i] = Sum(50, [&] { fibers[i]->Pause(); }); });
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& fiber : fibers) fiber->Resume();
  }
  for (std::size_t i = 0; i < fibers.size(); ++i) {
    EXPECT_TRUE(fibers[i]->ended());
    EXPECT_EQ(sums[i], 50 * 51 / 2);
  }
}

// As a loop does that outlives the thread that drove it at first.
TEST(Fiber, GoesOnAndEndsOnAThreadOtherThanTheOneThatMadeIt) {
  int sum = 0;
  std::unique_ptr<Fiber> fiber;
  std::thread([&] {
    fiber = std::make_unique<Fiber>([&] {
      sum += Sum(9, [&] { fiber->Pause(); });
      fiber->Pause();
      sum += Sum(9, [] {});
    });
    fiber->Resume();
  }).join();
  std::thread([&] { fiber->Resume(); }).join();
  fiber->Resume();
  EXPECT_TRUE(fiber->ended());
  EXPECT_EQ(sum, 90);
}

TEST(Fiber, OneThatWasNeverBegunCanGo) {
  Fiber fiber([] { FAIL(); });
}

}  // namespace
}  // namespace vams
