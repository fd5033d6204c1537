#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/make_transport.h"
#include "testing/fake_clock.h"
#include "testing/scripted_transport.h"

namespace vams {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FixedCredentials final : public CredentialsProvider {
 public:
  Result<Credentials> Get() override {
    return Credentials{
        .access_key_id = "AKID", .secret_access_key = Secret("SECRETKEY"), .session_token = Secret("SESSIONTOKEN")};
  }
};

HttpRequest Bulk(std::string body) {
  HttpRequest request{.call = {Service::kOpenSearch, "POST _bulk"}, .method = Method::kPost};
  request.url = {.host = "search.example.com", .path = "/_bulk", .query = {{"token", "QUERYSECRET"}}};
  request.body = Body(std::move(body));
  request.gzip_body = true;
  request.sign = SigningScope{"eu-west-1", "es"};
  return request;
}

struct Stack {
  FakeClock clock;
  std::shared_ptr<ScriptedTransport> wire = std::make_shared<ScriptedTransport>();
  std::vector<std::string> traces;
  std::unique_ptr<Transport> transport;
  explicit Stack(NetOptions options = {}) {
    transport =
        MakeTransport(options, {.wire = wire,
                                .credentials = std::make_shared<FixedCredentials>(),
                                .clock = &clock,
                                .random = [] { return 0.5; },
                                .trace = [this](const CallTrace& trace) { traces.push_back(FormatTrace(trace)); }});
  }
};

TEST(MakeTransport, ABodyIsCompressedOnceAndSignedAsSent) {
  Stack stack;
  stack.wire->Then(503).Then(200);
  const std::string body(20000, 'x');
  ASSERT_EQ(stack.transport->Send(Bulk(body))->status, 200);
  const auto sent = stack.wire->requests();
  ASSERT_EQ(sent.size(), 2u);
  for (const HttpRequest& request : sent) {
    EXPECT_EQ(request.headers.Get("content-encoding"), "gzip");
    EXPECT_LT(request.body.size(), 1000u);
    EXPECT_EQ(*GzipDecompress(request.body.view(), Bytes{20000}), body);
    EXPECT_THAT(std::string(request.headers.Get("authorization")), HasSubstr("SignedHeaders=content-encoding;host;"));
  }
  EXPECT_EQ(sent[0].body.view().data(), sent[1].body.view().data()) << "one buffer for all tries";
}

TEST(MakeTransport, WhatDoesNotGainByCompressionIsSentAsItIs) {
  Stack stack;
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 5000; ++i) noise.push_back(static_cast<char>((state = state * 1664525u + 1013904223u) >> 24));
  stack.wire->Then(200).Then(200).Then(200);
  ASSERT_TRUE(stack.transport->Send(Bulk("short")));
  ASSERT_TRUE(stack.transport->Send(Bulk(noise)));
  HttpRequest unasked = Bulk(std::string(20000, 'x'));
  unasked.gzip_body = false;
  ASSERT_TRUE(stack.transport->Send(unasked));
  for (const HttpRequest& request : stack.wire->requests())
    EXPECT_EQ(request.headers.Find("content-encoding"), nullptr);
}

TEST(MakeTransport, EachTryIsPaced) {
  Stack stack({.rate = PerSecond{10}});
  stack.wire->Fail(TransportError::Kind::kConnect).Then(200).Then(200);
  ASSERT_TRUE(stack.transport->Send(Bulk("a")));
  ASSERT_TRUE(stack.transport->Send(Bulk("b")));
  // The pause of the retry (25 ms) counts towards the 100 ms between tries.
  EXPECT_THAT(stack.clock.sleeps(), ElementsAre(milliseconds(25), milliseconds(75), milliseconds(100)));
}

TEST(MakeTransport, WithoutARateNothingWaits) {
  Stack stack;
  stack.wire->Then(200).Then(200);
  ASSERT_TRUE(stack.transport->Send(Bulk("a")));
  ASSERT_TRUE(stack.transport->Send(Bulk("b")));
  EXPECT_THAT(stack.clock.sleeps(), IsEmpty());
}

TEST(MakeTransport, ACallIsTracedOnceWithoutSecrets) {
  Stack stack;
  stack.wire->Then(503).Then(200, "", {{"x-amzn-requestid", "R1"}}).Fail(TransportError::Kind::kTls);
  ASSERT_TRUE(stack.transport->Send(Bulk("BODYSECRET")));
  ASSERT_FALSE(stack.transport->Send(Bulk("BODYSECRET")));
  EXPECT_THAT(stack.traces, ElementsAre("es:POST _bulk POST search.example.com 200 in 25 ms, 2 tries, request R1",
                                        "es:POST _bulk POST search.example.com tls in 0 ms, 1 try: scripted"));
}

TEST(MakeTransport, WithoutCredentialsASignedRequestFailsAndSaysSo) {
  FakeClock clock;
  const auto transport = MakeTransport({}, {.wire = std::make_shared<ScriptedTransport>(), .clock = &clock});
  const Sent sent = transport->Send(Bulk("a"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, TransportError::Kind::kCredentials);
}

TEST(SigningTransport, ManyScopesDoNotGrowTheKeptKeys) {
  FakeClock clock;
  const auto wire = std::make_shared<ScriptedTransport>();
  wire->Otherwise([](const HttpRequest&) { return HttpReply{.status = 200}; });
  SigningTransport signing(wire, std::make_shared<FixedCredentials>(), std::make_shared<ClockOffset>(clock));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 40; ++i) {
      HttpRequest request = Bulk("x");
      request.sign->region = "region-" + std::to_string(i);
      ASSERT_TRUE(signing.Send(request));
    }
  }
  const auto sent = wire->requests();
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(sent[i].headers.Get("authorization"), sent[i + 40].headers.Get("authorization"));
    HttpRequest alone = Bulk("x");
    alone.sign->region = "region-" + std::to_string(i);
    Sign(alone, *FixedCredentials().Get(), *alone.sign, clock.Now(), SigningOptionsFor("es"));
    EXPECT_EQ(sent[i].headers.Get("authorization"), alone.headers.Get("authorization"));
  }
}

TEST(SigningTransport, OtherCredentialsAreNotSignedWithAKeptKey) {
  class Changing final : public CredentialsProvider {
   public:
    Result<Credentials> Get() override {
      return Credentials{.access_key_id = "AKID", .secret_access_key = Secret("secret" + std::to_string(n++))};
    }
    int n = 0;
  };
  FakeClock clock;
  const auto wire = std::make_shared<ScriptedTransport>();
  wire->Then(200).Then(200);
  SigningTransport signing(wire, std::make_shared<Changing>(), std::make_shared<ClockOffset>(clock));
  ASSERT_TRUE(signing.Send(Bulk("x")));
  ASSERT_TRUE(signing.Send(Bulk("x")));
  EXPECT_NE(wire->requests()[0].headers.Get("authorization"), wire->requests()[1].headers.Get("authorization"));
}

}  // namespace
}  // namespace vams
