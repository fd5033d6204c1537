#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "net/credentials/refreshing_credentials.h"
#include "testing/fake_clock.h"

namespace vams {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class FromFunction final : public CredentialSource {
 public:
  explicit FromFunction(std::function<Result<Fetched>(int)> fetch) : fetch_(std::move(fetch)) {}
  std::string name() const override { return "test"; }
  Result<Fetched> Fetch() override {
    // The contract of a source: one at a time.
    EXPECT_FALSE(inside_.exchange(true));
    auto result = fetch_(++count_);
    inside_ = false;
    return result;
  }

 private:
  const std::function<Result<Fetched>(int)> fetch_;
  std::atomic<int> count_{0};
  std::atomic<bool> inside_{false};
};

// Key, secret and token of one number, so that a mixture of two sets shows.
Credentials Keys(int n, std::optional<UtcTime> expiry) {
  const std::string text = std::to_string(n);
  return {.access_key_id = "AKID" + text,
          .secret_access_key = Secret("secret" + text),
          .session_token = Secret("token" + text),
          .expiry = expiry,
          .source = "test"};
}

struct Fixture {
  FakeClock clock;
  std::atomic<int> fetches{0};
  std::atomic<bool> fail{false};
  Duration lifetime = minutes(60);
  std::vector<std::string> tolerated{};
  RefreshingCredentials credentials{std::make_unique<FromFunction>([this](int n) -> Result<Fetched> {
                                      ++fetches;
                                      if (fail) {
                                        Error error = MakeError(ErrorCode::kUnavailable, "source is down");
                                        error.retryable = true;
                                        return std::unexpected(error);
                                      }
                                      return Keys(n, clock.Now() + lifetime);
                                    }),
                                    clock, [this](const Error& error) { tolerated.push_back(error.message); }};

  std::string Id() {
    const auto keys = credentials.Get();
    return keys ? keys->access_key_id : "error: " + keys.error().message;
  }
};

TEST(RefreshingCredentials, AsksOnceWhileTheKeysAreFresh) {
  Fixture f;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(f.Id(), "AKID1");
  f.clock.Advance(minutes(44));
  EXPECT_EQ(f.Id(), "AKID1");
  f.clock.Advance(minutes(1));
  EXPECT_EQ(f.Id(), "AKID2");
  EXPECT_EQ(f.fetches, 2);
}

TEST(RefreshingCredentials, KeysWithoutAnEndAreKept) {
  FakeClock clock;
  std::atomic<int> fetches{0};
  RefreshingCredentials credentials(std::make_unique<FromFunction>([&](int n) -> Result<Fetched> {
                                      ++fetches;
                                      return Keys(n, std::nullopt);
                                    }),
                                    clock);
  ASSERT_TRUE(credentials.Get());
  clock.Advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(credentials.Get()->access_key_id, "AKID1");
  EXPECT_EQ(fetches, 1);
}

TEST(RefreshingCredentials, AFailureAheadOfTimeIsToleratedAndNotRepeatedAtOnce) {
  Fixture f;
  EXPECT_EQ(f.Id(), "AKID1");
  f.fail = true;
  f.clock.Advance(minutes(46));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(f.Id(), "AKID1");
  EXPECT_EQ(f.fetches, 2);
  EXPECT_EQ(f.tolerated, std::vector<std::string>{"source is down"});
  f.clock.Advance(seconds(31));
  EXPECT_EQ(f.Id(), "AKID1");
  EXPECT_EQ(f.fetches, 3);
  f.fail = false;
  f.clock.Advance(seconds(31));
  EXPECT_EQ(f.Id(), "AKID4");
}

TEST(RefreshingCredentials, ALateFailureIsTheCallers) {
  Fixture f;
  EXPECT_EQ(f.Id(), "AKID1");
  f.fail = true;
  f.clock.Advance(minutes(51));
  const auto keys = f.credentials.Get();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().message, "source is down");
  EXPECT_TRUE(keys.error().retryable);
  EXPECT_TRUE(f.tolerated.empty());
  f.fail = false;
  EXPECT_EQ(f.Id(), "AKID3");
}

TEST(RefreshingCredentials, ShortLivesAreUsedUpToHalf) {
  Fixture f;
  f.lifetime = seconds(2);
  EXPECT_EQ(f.Id(), "AKID1");
  f.clock.Advance(std::chrono::milliseconds(499));
  EXPECT_EQ(f.Id(), "AKID1");
  f.clock.Advance(std::chrono::milliseconds(2));
  EXPECT_EQ(f.Id(), "AKID2");
  f.clock.Advance(seconds(5));
  EXPECT_EQ(f.Id(), "AKID3");
  EXPECT_EQ(f.fetches, 3);
}

TEST(RefreshingCredentials, KeysThatHaveEndedAlreadyAreRefused) {
  Fixture f;
  f.lifetime = -minutes(5);
  EXPECT_EQ(f.Id(), "error: the credentials from test ended at 2025-05-31T23:55:00Z; it is 2025-06-01T00:00:00Z now");
}

TEST(RefreshingCredentials, NothingThereIsAnErrorWithTheReasons) {
  FakeClock clock;
  RefreshingCredentials credentials(
      std::make_unique<FromFunction>([](int) -> Result<Fetched> { return NothingThere{"environment: not set"}; }),
      clock);
  const auto keys = credentials.Get();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::kAccessDenied);
  EXPECT_EQ(keys.error().message, "no AWS credentials; asked in this order: environment: not set");
  EXPECT_FALSE(keys.error().hint.empty());
}

TEST(RefreshingCredentials, RefusedKeysAreRenewedOnce) {
  Fixture f;
  const Credentials first = *f.credentials.Get();
  f.credentials.Refused(first);
  EXPECT_EQ(f.Id(), "AKID2");
  f.credentials.Refused(first);  // another request that was signed with the old ones
  EXPECT_EQ(f.Id(), "AKID2");
  EXPECT_EQ(f.fetches, 2);
  f.credentials.Refused(*f.credentials.Get());
  f.fail = true;
  EXPECT_EQ(f.Id(), "error: source is down");
}

// Holds the source at its second fetch until the test lets it go on.
struct Gated {
  FakeClock clock;
  std::promise<Result<Fetched>> gate{};
  std::promise<void> arrived{};
  std::atomic<int> fetches{0};
  RefreshingCredentials credentials{std::make_unique<FromFunction>([this](int n) -> Result<Fetched> {
                                      ++fetches;
                                      if (n != 2) return Keys(n, clock.Now() + minutes(60));
                                      arrived.set_value();
                                      return gate.get_future().get();
                                    }),
                                    clock};
};

TEST(RefreshingCredentials, OneRenewsAheadOfTimeWhileTheOthersGoOn) {
  Gated g;
  ASSERT_TRUE(g.credentials.Get());
  g.clock.Advance(minutes(46));
  auto renewing = std::async(std::launch::async, [&] { return g.credentials.Get(); });
  g.arrived.get_future().wait();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(g.credentials.Get()->access_key_id, "AKID1");
  g.gate.set_value(Keys(2, g.clock.Now() + minutes(60)));
  EXPECT_EQ(renewing.get()->access_key_id, "AKID2");
  EXPECT_EQ(g.credentials.Get()->access_key_id, "AKID2");
  EXPECT_EQ(g.fetches, 2);
}

TEST(RefreshingCredentials, AllWaitForOneWhenItIsLateAndShareItsFailure) {
  for (const bool success : {true, false}) {
    Gated g;
    ASSERT_TRUE(g.credentials.Get());
    g.clock.Advance(minutes(55));
    auto renewing = std::async(std::launch::async, [&] { return g.credentials.Get(); });
    g.arrived.get_future().wait();
    constexpr int kWaiting = 8;
    std::latch started(kWaiting);
    std::vector<std::future<Result<Credentials>>> waiting;
    for (int i = 0; i < kWaiting; ++i) {
      waiting.push_back(std::async(std::launch::async, [&] {
        started.count_down();
        return g.credentials.Get();
      }));
    }
    started.wait();
    if (success) {
      g.gate.set_value(Keys(2, g.clock.Now() + minutes(60)));
      for (auto& one : waiting) EXPECT_EQ(one.get()->access_key_id, "AKID2");
      EXPECT_EQ(renewing.get()->access_key_id, "AKID2");
      EXPECT_EQ(g.fetches, 2);
    } else {
      g.gate.set_value(std::unexpected(MakeError(ErrorCode::kTimeout, "slow")));
      EXPECT_EQ(renewing.get().error().message, "slow");
      // Whoever waited has the failure; whoever came later has asked again and got good keys.
      for (auto& one : waiting) {
        const auto keys = one.get();
        EXPECT_TRUE(keys ? keys->access_key_id == "AKID3" : keys.error().message == "slow");
      }
      EXPECT_LE(g.fetches, 3);
    }
  }
}

TEST(RefreshingCredentials, ManyThreadsNeverSeeAMixture) {
  FakeClock clock;
  std::atomic<int> fetches{0};
  RefreshingCredentials credentials(std::make_unique<FromFunction>([&](int n) -> Result<Fetched> {
                                      ++fetches;
                                      if (n % 3 == 0) return Fail(ErrorCode::kUnavailable, "down");
                                      return Keys(n, clock.Now() + seconds(2));
                                    }),
                                    clock);
  std::atomic<int> mixed{0};
  std::atomic<int> stale{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        clock.Advance(std::chrono::milliseconds(1));
        const UtcTime before = clock.Now();
        const auto keys = credentials.Get();
        if (!keys) continue;
        const std::string n = keys->access_key_id.substr(4);
        if (keys->secret_access_key.Reveal() != "secret" + n || keys->session_token.Reveal() != "token" + n) ++mixed;
        if (*keys->expiry <= before) ++stale;
        if (i % 100 == 0) credentials.Refused(*keys);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(mixed, 0);
  EXPECT_EQ(stale, 0);
  EXPECT_GT(fetches, 8);
}

}  // namespace
}  // namespace vams
