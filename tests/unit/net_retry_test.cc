#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/http_date.h"
#include "net/make_transport.h"
#include "net/retry.h"
#include "net/service_error.h"
#include "testing/fake_clock.h"
#include "testing/scripted_transport.h"

namespace vams {
namespace {

using Kind = TransportError::Kind;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kThrottle[] = R"({"__type":"x#ThrottlingException","message":"Rate exceeded"})";

// A client on a script and a clock of its own; the random number is always 1/2 unless a test says otherwise.
struct Client {
  FakeClock clock;
  std::shared_ptr<ScriptedTransport> wire = std::make_shared<ScriptedTransport>();
  std::vector<std::pair<int, bool>> retries;
  NetOptions options;
  double random = 0.5;
  std::unique_ptr<Transport> transport;

  explicit Client(NetOptions o = {}) : options(o) {
    transport = MakeTransport(
        options, {.wire = wire,
                  .clock = &clock,
                  .random = [this] { return random; },
                  .on_retry = [this](const TriedAgain& t) { retries.emplace_back(t.attempt, t.throttled); }});
  }
  Sent Send(Service service = Service::kDynamoDb, Idempotency idempotency = Idempotency::kYes) {
    HttpRequest request{.call = {service, "Operation"}, .method = Method::kPost};
    request.url.host = "host";
    request.idempotency = idempotency;
    return transport->Send(request);
  }
};

TEST(Retry, ASuccessIsSentOnce) {
  Client client;
  client.wire->Then(200);
  const Sent sent = client.Send();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->attempts, 1);
  EXPECT_THAT(client.clock.sleeps(), IsEmpty());
}

TEST(Retry, TransientFailuresPauseShortlyAndDynamoDbHasFourTries) {
  Client client;
  client.wire->Then(500).Fail(Kind::kReset, true).Then(503).Then(500);
  const Sent sent = client.Send();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 500);
  EXPECT_EQ(sent->attempts, 4);
  EXPECT_THAT(client.clock.sleeps(), ElementsAre(microseconds(12500), milliseconds(25), milliseconds(50)));
  EXPECT_THAT(client.retries, ElementsAre(std::pair(1, false), std::pair(2, false), std::pair(3, false)));
}

TEST(Retry, OthersHaveThreeTriesAndPauseTwiceAsLong) {
  Client client;
  client.wire->Then(500).Then(500).Then(500);
  EXPECT_EQ(client.Send(Service::kS3)->attempts, 3);
  EXPECT_THAT(client.clock.sleeps(), ElementsAre(milliseconds(25), milliseconds(50)));
}

TEST(Retry, ThrottlesPauseLong) {
  Client client({.retry = {.max_attempts = 7}});
  for (int i = 0; i < 6; ++i) client.wire->Then(400, kThrottle);
  client.wire->Then(200);
  EXPECT_EQ(client.Send()->status, 200);
  EXPECT_THAT(client.clock.sleeps(),
              ElementsAre(milliseconds(500), seconds(1), seconds(2), seconds(4), seconds(8), seconds(10)))
      << "half of 1, 2, 4, 8, 16 and then 20 seconds";
}

TEST(Retry, WhatCannotPassIsSentOnce) {
  for (const auto& [status, body] :
       {std::pair(400, R"({"__type":"ValidationException"})"),
        std::pair(400, R"({"__type":"ConditionalCheckFailedException"})"), std::pair(404, ""),
        std::pair(400, R"({"__type":"NeverSeenBefore"})"), std::pair(301, "")}) {
    Client client;
    client.wire->Then(status, body);
    EXPECT_EQ(client.Send()->attempts, 1) << body;
  }
  for (const Kind kind : {Kind::kTls, Kind::kTooLarge, Kind::kBadHttp, Kind::kBadRequest, Kind::kCancelled}) {
    Client client;
    client.wire->Fail(kind);
    EXPECT_EQ(client.Send().error().attempts, 1) << TransportErrorName(kind);
  }
}

TEST(Retry, WhatMayHaveBeenAppliedIsNotRepeatedUnlessThatIsHarmless) {
  Client refused;  // nothing left this machine
  refused.wire->Fail(Kind::kConnect, false).Then(200);
  EXPECT_TRUE(refused.Send(Service::kSns, Idempotency::kNo));

  Client lost;
  lost.wire->Fail(Kind::kReset, true).Then(200);
  EXPECT_FALSE(lost.Send(Service::kSns, Idempotency::kNo));

  Client failed;
  failed.wire->Then(500).Then(200);
  EXPECT_EQ(failed.Send(Service::kSns, Idempotency::kNo)->status, 500);

  Client throttled;  // a refusal, so nothing was done
  throttled.wire->Then(429).Then(200);
  EXPECT_EQ(throttled.Send(Service::kSns, Idempotency::kNo)->status, 200);

  Client harmless;
  harmless.wire->Fail(Kind::kReset, true).Then(200);
  EXPECT_TRUE(harmless.Send(Service::kSns, Idempotency::kYes));
}

TEST(Retry, TheServersWishRaisesThePause) {
  const auto pause = [](int status, Headers headers) {
    Client client;
    client.wire->Then(status, "", std::move(headers)).Then(200);
    EXPECT_TRUE(client.Send(Service::kSns));
    return client.clock.sleeps().at(0);
  };
  // Computed: 25 ms for 503, 500 ms for 429.
  EXPECT_EQ(pause(503, {{"x-amz-retry-after", "1500"}}), milliseconds(1500));
  EXPECT_EQ(pause(503, {{"x-amz-retry-after", "60000"}}), milliseconds(5025)) << "at most five seconds on top";
  EXPECT_EQ(pause(429, {{"x-amz-retry-after", "10"}}), milliseconds(500)) << "never less than computed";
  EXPECT_EQ(pause(503, {{"x-amz-retry-after", "soon"}}), milliseconds(25));
  EXPECT_EQ(pause(503, {{"Retry-After", "7"}}), seconds(7));
  EXPECT_EQ(pause(503, {{"Retry-After", "3600"}}), seconds(20));
  EXPECT_EQ(pause(503, {{"Date", "Sun, 01 Jun 2025 00:00:00 GMT"}, {"Retry-After", "Sun, 01 Jun 2025 00:00:03 GMT"}}),
            seconds(3));
}

TEST(Retry, TheQuotaEndsRetriesWhenAServiceStaysDown) {
  Client client;
  client.wire->Otherwise([](const HttpRequest&) { return HttpReply{.status = 500}; });
  int tries = 0;
  for (int call = 0; call < 100; ++call) tries += client.Send(Service::kS3)->attempts;
  // 500 tokens pay for 35 retries of 14.
  EXPECT_EQ(tries, 100 + 35);
}

TEST(Retry, SuccessFillsTheQuota) {
  RetryClient client{.random = [] { return 0.5; }, .sleep = [](Duration) { return true; }};
  const Call call{.service = Service::kS3, .operation = "HeadObject"};
  std::vector<TryOutcome::Kind> script;
  const auto run = [&] {
    std::size_t at = 0;
    Retry(
        client, call, Idempotency::kYes, [&](int) { return script[at++]; },
        [](TryOutcome::Kind kind) { return TryOutcome{.kind = kind}; });
  };
  using K = TryOutcome::Kind;
  script = {K::kTransient, K::kFailed};
  run();
  EXPECT_EQ(client.quota.left(), 486);
  script = {K::kThrottled, K::kFailed};
  run();
  EXPECT_EQ(client.quota.left(), 481);
  script = {K::kDone};
  run();
  EXPECT_EQ(client.quota.left(), 482) << "a first try that succeeds adds one";
  script = {K::kTransient, K::kThrottled, K::kDone};
  run();
  EXPECT_EQ(client.quota.left(), 482 - 14 - 5 + 5) << "a success after retries gives the last cost back";
}

TEST(Retry, AReplyThatIsNoneOfTheServiceIsTakenAsLost) {
  Client client;
  client.wire->Then(200, "\x7f garbage").Then(200, "<html>a proxy</html>").Then(200, R"({"Items":[]})");
  HttpRequest request{.call = {Service::kDynamoDb, "Scan"}, .method = Method::kPost};
  request.readable = LooksLikeJson;
  EXPECT_EQ(client.transport->Send(request)->body, R"({"Items":[]})");
  request.idempotency = Idempotency::kNo;
  client.wire->Then(200, "garbage").Then(200, "{}");
  EXPECT_EQ(client.transport->Send(request)->body, "garbage") << "it may have been carried out";
  request.readable = nullptr;
  EXPECT_EQ(client.transport->Send(request)->body, "{}");
}

TEST(Retry, TheFormOfAReplyIsToldByItsEnds) {
  const auto reply = [](std::string body) { return HttpReply{.status = 200, .body = std::move(body)}; };
  for (const char* json : {"{}", " {\"a\":1}\r\n"}) EXPECT_TRUE(LooksLikeJson(reply(json))) << json;
  for (const char* none : {"", " ", "{", "[]", "{\"a\":", "<a/>"}) EXPECT_FALSE(LooksLikeJson(reply(none))) << none;
  for (const char* xml : {"<a/>", "\n<?xml version=\"1.0\"?><a></a>\n"}) EXPECT_TRUE(LooksLikeXml(reply(xml))) << xml;
  for (const char* none : {"", "<", "<a>text", "{}"}) EXPECT_FALSE(LooksLikeXml(reply(none))) << none;
}

// A client with patience on a service that fails until a moment.
struct PatientClient {
  FakeClock clock;
  std::shared_ptr<ScriptedTransport> wire = std::make_shared<ScriptedTransport>();
  std::shared_ptr<RetryPatience> patience = std::make_shared<RetryPatience>(seconds(60));
  int beyond = 0;
  std::unique_ptr<Transport> transport =
      MakeTransport({}, {.wire = wire,
                         .clock = &clock,
                         .random = [] { return 0.5; },
                         .on_retry = [this](const TriedAgain& t) { beyond += t.beyond; },
                         .patience = patience});
  void FailsFor(Duration time, int status) {
    wire->Otherwise([this, until = clock.Elapsed() + time, status](const HttpRequest&) {
      return HttpReply{.status = clock.Elapsed() < until ? status : 200};
    });
  }
  int Send() { return transport->Send({.call = {Service::kS3, "HeadObject"}})->status; }
};

TEST(RetryPatience, AThrottleIsWaitedForAndNotForEver) {
  PatientClient client;
  client.FailsFor(seconds(50), 429);
  EXPECT_EQ(client.Send(), 200);
  EXPECT_GT(client.beyond, 0);
  client.FailsFor(minutes(5), 429);
  EXPECT_EQ(client.Send(), 429);
  EXPECT_LT(client.clock.Elapsed(), minutes(3));
}

TEST(RetryPatience, AServiceThatNeverAnsweredIsNotWaitedFor) {
  PatientClient client;
  client.patience->SetUnanswered(minutes(15));
  client.FailsFor(seconds(60), 503);
  EXPECT_EQ(client.Send(), 503);
  EXPECT_LT(client.clock.Elapsed(), seconds(1));
}

TEST(RetryPatience, AnOutageOfAServiceThatHasAnsweredIsWaitedForWhereThatIsAsked) {
  PatientClient client;
  client.FailsFor(seconds(0), 503);
  EXPECT_EQ(client.Send(), 200);
  client.FailsFor(seconds(60), 503);
  EXPECT_EQ(client.Send(), 503) << "nobody has asked for patience";
  client.patience->SetUnanswered(minutes(15));
  const Duration begun = client.clock.Elapsed();
  EXPECT_EQ(client.Send(), 200);
  EXPECT_LE(client.clock.Elapsed() - begun, seconds(65)) << "it is noticed soon that the service is there again";
  client.FailsFor(minutes(20), 503);
  EXPECT_EQ(client.Send(), 503) << "not for ever";
}

TEST(RetryPatience, AnEmptyQuotaDoesNotEndIt) {
  PatientClient client;
  client.FailsFor(seconds(0), 503);
  EXPECT_EQ(client.Send(), 200);
  client.FailsFor(minutes(2), 503);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.Send(), 503);
  client.patience->SetUnanswered(minutes(15));
  EXPECT_EQ(client.Send(), 200);
}

TEST(Retry, AStopEndsThePauseAndTheTries) {
  FakeClock clock;
  StopFlag stop;
  const auto wire = std::make_shared<ScriptedTransport>();
  wire->Otherwise([&](const HttpRequest&) {
    stop.Request();
    return HttpReply{.status = 429};
  });
  const auto transport =
      MakeTransport({}, {.wire = wire, .clock = &clock, .random = [] { return 0.9; }, .stop = &stop});
  HttpRequest request{.call = {Service::kSns, "Publish"}};
  const Sent sent = transport->Send(request);
  ASSERT_TRUE(sent) << "the outcome of the last try is kept";
  EXPECT_EQ(sent->status, 429);
  EXPECT_EQ(sent->attempts, 1);
  EXPECT_THAT(clock.sleeps(), IsEmpty());
}

// Credentials that can be told to expire.
class Provider final : public CredentialsProvider {
 public:
  Result<Credentials> Get() override {
    ++gets;
    if (error) return std::unexpected(*error);
    return Credentials{.access_key_id = "KEY" + std::to_string(refused),
                       .secret_access_key = Secret("s"),
                       .session_token = Secret("t")};
  }
  void Refused(const Credentials& credentials) override {
    EXPECT_EQ(credentials.access_key_id, "KEY" + std::to_string(refused));
    ++refused;
  }
  int gets = 0;
  int refused = 0;
  std::optional<Error> error;
};

struct SigningClient {
  FakeClock clock{*ParseIso("2025-06-01T12:00:00Z")};
  std::shared_ptr<ScriptedTransport> wire = std::make_shared<ScriptedTransport>();
  std::shared_ptr<Provider> provider = std::make_shared<Provider>();
  std::unique_ptr<Transport> transport =
      MakeTransport({}, {.wire = wire, .credentials = provider, .clock = &clock, .random = [] { return 0.5; }});
  Sent Send(Service service = Service::kDynamoDb, Method method = Method::kPost) {
    HttpRequest request{.call = {service, "Operation"}, .method = method};
    request.url.host = "host";
    request.sign = SigningScope{"eu-west-1", std::string(service == Service::kS3 ? "s3" : "dynamodb")};
    return transport->Send(request);
  }
  std::string DateOf(std::size_t i) const { return std::string(wire->requests().at(i).headers.Get("x-amz-date")); }
};

TEST(RetrySigning, EveryTryIsSignedAnew) {
  SigningClient client;
  client.wire->Then(429).Then(200);
  ASSERT_TRUE(client.Send());
  EXPECT_EQ(client.provider->gets, 2);
  EXPECT_EQ(client.DateOf(0), "20250601T120000Z");
  EXPECT_EQ(client.DateOf(1), "20250601T120000Z");
  EXPECT_EQ(client.clock.sleeps(), std::vector<Duration>{milliseconds(500)});
  client.clock.Advance(minutes(1));
  client.wire->Then(200);
  ASSERT_TRUE(client.Send());
  EXPECT_EQ(client.DateOf(2), "20250601T120100Z");
}

TEST(RetrySigning, AClockThatIsOffIsCorrectedOnceForAllLaterRequests) {
  SigningClient client;  // twenty minutes behind
  client.wire->Then(400, R"({"__type":"x#InvalidSignatureException","message":"Signature expired"})",
                    {{"Date", "Sun, 01 Jun 2025 12:20:00 GMT"}});
  client.wire->Then(200).Then(200);
  ASSERT_EQ(client.Send()->status, 200);
  EXPECT_EQ(client.DateOf(1), "20250601T122000Z");
  EXPECT_THAT(client.clock.sleeps(), IsEmpty()) << "no pause: nothing is overloaded";
  ASSERT_EQ(client.Send()->status, 200);
  EXPECT_EQ(client.DateOf(2), "20250601T122000Z");
  EXPECT_EQ(client.wire->requests().size(), 3u);
}

TEST(RetrySigning, AHeadThatGivesNoReasonMayBeTheClock) {
  SigningClient client;
  client.wire->Then(403, "", {{"Date", "Sun, 01 Jun 2025 11:40:00 GMT"}}).Then(200);
  ASSERT_EQ(client.Send(Service::kS3, Method::kHead)->status, 200);
  EXPECT_EQ(client.DateOf(1), "20250601T114000Z");
}

TEST(RetrySigning, ARefusedSignatureWithTheRightTimeIsFinal) {
  SigningClient client;
  client.wire->Then(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>",
                    {{"Date", "Sun, 01 Jun 2025 12:03:59 GMT"}});
  EXPECT_EQ(client.Send(Service::kS3)->status, 403);
  EXPECT_EQ(client.wire->requests().size(), 1u);
}

TEST(RetrySigning, AServerWhoseClockRunsAwayDoesNotLoop) {
  SigningClient client;
  int n = 0;
  client.wire->Otherwise([&](const HttpRequest&) {
    const std::string minute = std::to_string(10 + 10 * (n++ % 4));
    return HttpReply{.status = 403,
                     .headers = {{"Date", "Sun, 01 Jun 2025 13:" + minute + ":00 GMT"}},
                     .body = "<Error><Code>RequestTimeTooSkewed</Code></Error>"};
  });
  EXPECT_EQ(client.Send(Service::kS3)->status, 403);
  EXPECT_EQ(client.wire->requests().size(), 3u);
}

TEST(RetrySigning, ExpiredCredentialsAreReplaced) {
  SigningClient client;
  client.wire->Then(400, R"({"__type":"x#ExpiredTokenException"})").Then(200);
  ASSERT_EQ(client.Send()->status, 200);
  EXPECT_EQ(client.provider->refused, 1);
  EXPECT_NE(client.wire->requests()[1].headers.Get("authorization").find("Credential=KEY1/"), std::string_view::npos);
}

TEST(RetrySigning, CredentialsThatStayExpiredAreReportedAsSuch) {
  SigningClient client;
  client.wire->Otherwise(
      [](const HttpRequest&) { return HttpReply{.status = 400, .body = R"({"__type":"ExpiredTokenException"})"}; });
  EXPECT_EQ(client.Send()->status, 400);
  EXPECT_EQ(client.wire->requests().size(), 3u);
  EXPECT_THAT(client.clock.sleeps(), IsEmpty());
}

TEST(RetrySigning, MissingCredentialsTakePartInTheLoop) {
  SigningClient client;
  client.provider->error = MakeError(ErrorCode::kAccessDenied, "none");
  Sent sent = client.Send();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, Kind::kCredentials);
  EXPECT_EQ(sent.error().attempts, 1);
  EXPECT_FALSE(sent.error().may_have_been_applied);

  client.provider->error = MakeError(ErrorCode::kTimeout, "the metadata service is slow");
  client.provider->error->retryable = true;
  sent = client.Send();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().attempts, 4);
  EXPECT_TRUE(client.wire->requests().empty());
}

TEST(RetrySigning, WhatDoesNotAskToBeSignedIsNot) {
  SigningClient client;
  client.wire->Then(200);
  ASSERT_TRUE(client.transport->Send(HttpRequest{.call = {Service::kSts, "AssumeRoleWithWebIdentity"}}));
  EXPECT_EQ(client.wire->requests()[0].headers.Find("authorization"), nullptr);
  EXPECT_EQ(client.provider->gets, 0);
}

TEST(HttpDate, ReadsTheOneFormThatIsSent) {
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), ParseIso("1994-11-06T08:49:37Z"));
  for (const char* text :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nix 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

TEST(RetryQuotaTest, ThreadsShareOnePurse) {
  RetryQuota quota;
  std::atomic<int> taken = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) taken += quota.Take(RetryQuota::kThrottledCost) ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(taken, RetryQuota::kCapacity / RetryQuota::kThrottledCost);
  quota.Put(10000);
  EXPECT_EQ(quota.left(), RetryQuota::kCapacity);
}

}  // namespace
}  // namespace vams
