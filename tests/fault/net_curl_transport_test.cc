#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/gzip.h"
#include "tests/fault/curl_transports.h"

namespace vams::curl_tests {
namespace {

using testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(, CurlTransportTest, kBoth, NameOf);

TEST_P(CurlTransportTest, SendsEveryMethodWithItsBodyAndHeaders) {
  Request seen;
  LoopbackServer server([&](const Request& request) {
    seen = request;
    return Echo(request);
  });
  const auto transport = MakeTransportOf({.user_agent = "vams-migrate/1.2"});
  for (const Method method :
       {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kDelete, Method::kGet}) {
    HttpRequest request = To(server.url() + "/a/b?x=1 2", method);
    if (method == Method::kPost || method == Method::kPut) request.body = Body("the body");
    request.headers.Add("X-Amz-Target", "T");
    request.headers.Add("X-Empty", "");
    const Sent sent = transport->Send(request);
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->status, 200);
    EXPECT_EQ(sent->headers.Get("X-METHOD"), MethodName(method));
    EXPECT_EQ(sent->body, request.body.view());
    EXPECT_EQ(seen.target, "/a/b?x=1%202");
    EXPECT_EQ(seen.Header("x-amz-target"), "T");
    EXPECT_TRUE(seen.headers.contains("x-empty"));
    EXPECT_EQ(seen.Header("user-agent"), "vams-migrate/1.2");
    EXPECT_EQ(seen.Header("host"), "127.0.0.1:" + std::to_string(server.port()));
    for (const char* unwanted : {"accept", "expect", "content-type", "accept-encoding"}) {
      EXPECT_FALSE(seen.headers.contains(unwanted)) << unwanted;
    }
  }
  EXPECT_EQ(server.connections(), 1) << "one connection for all of them";
}

TEST_P(CurlTransportTest, AnEmptyPutHasALength) {
  Request seen;
  LoopbackServer server([&](const Request& request) {
    seen = request;
    return Echo(request);
  });
  ASSERT_TRUE(MakeTransportOf()->Send(To(server.url() + "/latest/api/token", Method::kPut)));
  EXPECT_EQ(seen.Header("content-length"), "0");
}

TEST_P(CurlTransportTest, ThePathGoesAsItIs) {
  LoopbackServer server(Echo);
  HttpRequest request = To(server.url());
  request.url.path = "/bucket//a/../b/./c%2Fd";
  const Sent sent = MakeTransportOf()->Send(request);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->headers.Get("x-target"), "/bucket//a/../b/./c%2Fd");
}

TEST_P(CurlTransportTest, AnyStatusIsAReplyAndRedirectsAreNotFollowed) {
  LoopbackServer server([](const Request& request) {
    const int status = std::stoi(request.target.substr(1));
    return Reply{.status = status, .headers = {{"Location", "/200"}}, .body = "text"};
  });
  const auto transport = MakeTransportOf();
  for (const int status : {200, 301, 307, 400, 403, 404, 500, 503}) {
    const Sent sent = transport->Send(To(server.url() + "/" + std::to_string(status)));
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->status, status);
    EXPECT_EQ(sent->body, "text");
  }
}

TEST(CurlTransportPool, ThreadsKeepTheirConnections) {
  LoopbackServer server(Echo);
  const auto transport = MakeTransportOf();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) EXPECT_TRUE(transport->Send(To(server.url(), Method::kPost, "x")));
    });
  }
  threads.clear();
  EXPECT_EQ(transport->stats().requests, 200u);
  EXPECT_LE(transport->stats().connections, 8u);
  EXPECT_EQ(transport->stats().connections, static_cast<std::uint64_t>(server.connections()));
}

TEST(CurlTransportPool, ManyHostsCannotGrowThePoolWithoutBound) {
  LoopbackServer one(Echo);
  LoopbackServer two(Echo);
  const auto transport = MakeTransportOf({.max_idle = 1});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(transport->Send(To(one.url())));
    ASSERT_TRUE(transport->Send(To(two.url())));
  }
  EXPECT_GT(transport->stats().connections, 2u) << "the one handle keeps the connection to one host only";
}

TEST_P(CurlTransportTest, AConnectionClosedWhileIdleIsReplacedQuietly) {
  LoopbackServer server(Echo);
  const auto transport = MakeTransportOf();
  for (int i = 0; i < 3; ++i) {
    const Sent sent = transport->Send(To(server.url(), Method::kPost, "x"));
    ASSERT_TRUE(sent) << sent.error().message;
    server.DropConnections();
  }
}

TEST_P(CurlTransportTest, ARequestThatMustNotRunTwiceIsNotSentAgainQuietly) {
  // Of a long body libcurl sends the end apart.
  for (const auto& [idempotency, size] : {std::pair{Idempotency::kYes, 100},
                                          {Idempotency::kNo, 100},
                                          {Idempotency::kNo, 0},
                                          {Idempotency::kNo, 200'000}}) {
    std::atomic<int> ran = 0;
    LoopbackServer server([&](const Request& request) {
      if (request.target == "/warm") return Echo(request);
      ++ran;
      return ran == 1 ? Reply{.then = Then::kClose, .raw = ""} : Echo(request);
    });
    const auto transport = MakeTransportOf();
    ASSERT_TRUE(transport->Send(To(server.url() + "/warm")));
    HttpRequest request =
        To(server.url() + "/publish", Method::kPost, std::string(static_cast<std::size_t>(size), 'x'));
    request.idempotency = idempotency;
    const Sent sent = transport->Send(request);
    if (idempotency == Idempotency::kYes) {
      EXPECT_TRUE(sent) << sent.error().message;
      EXPECT_EQ(ran, 2);
    } else {
      ExpectKind(sent, Kind::kReset, true);
      EXPECT_EQ(ran, 1) << "the server carried it out once";
    }
  }
}

TEST_P(CurlTransportTest, ThatASecondConnectionIsRefusedDoesNotMeanThatNothingWasSent) {
  LoopbackServer* self = nullptr;
  LoopbackServer server([&](const Request& request) {
    if (request.target == "/warm") return Echo(request);
    self->Refuse();
    return Reply{.then = Then::kClose, .raw = ""};
  });
  self = &server;
  const auto transport = MakeTransportOf();
  ASSERT_TRUE(transport->Send(To(server.url() + "/warm")));
  HttpRequest request = To(server.url() + "/publish", Method::kPost, "x");
  request.idempotency = Idempotency::kNo;
  ExpectKind(transport->Send(request), Kind::kReset, true);
}

TEST_P(CurlTransportTest, NobodyListens) {
  std::string url;
  {
    url = LoopbackServer(Echo).url();
  }
  const Sent sent = MakeTransportOf()->Send(To(url));
  ExpectKind(sent, Kind::kConnect, false);
  EXPECT_THAT(sent.error().message, HasSubstr("127.0.0.1:"));
}

TEST_P(CurlTransportTest, NoSuchHost) {
  ExpectKind(MakeTransportOf()->Send(To("http://nowhere.invalid/")), Kind::kResolve, false);
}

TEST_P(CurlTransportTest, SilenceBeforeTheFirstByte) {
  LoopbackServer server([](const Request&) { return Reply{.wait = seconds(20)}; });
  HttpRequest request = To(server.url(), Method::kPost, std::string(1 << 20, 'x'));
  request.timeouts.first_byte = milliseconds(150);
  const auto start = std::chrono::steady_clock::now();
  ExpectKind(MakeTransportOf()->Send(request), Kind::kFirstByteTimeout, true);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

TEST_P(CurlTransportTest, ABodyThatNeverEnds) {
  LoopbackServer server(
      [](const Request&) { return Reply{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome of it"}; });
  HttpRequest request = To(server.url());
  request.timeouts.first_byte = milliseconds(100);
  request.timeouts.total = milliseconds(300);
  ExpectKind(MakeTransportOf()->Send(request), Kind::kTotalTimeout, true);
}

TEST_P(CurlTransportTest, APeerThatNeverShakesHands) {
  LoopbackServer server(Echo);  // speaks no TLS and waits for a request that never comes
  HttpRequest request = To("https://127.0.0.1:" + std::to_string(server.port()));
  request.timeouts.connect = milliseconds(200);
  ExpectKind(MakeTransportOf()->Send(request), Kind::kConnectTimeout, false);
}

TEST_P(CurlTransportTest, AConnectionThatEndsBeforeTheReply) {
  for (const Then end : {Then::kClose, Then::kReset}) {
    LoopbackServer server([&](const Request&) { return Reply{.then = end, .raw = ""}; });
    ExpectKind(MakeTransportOf()->Send(To(server.url(), Method::kPost, "x")), Kind::kReset, true);
    ExpectKind(MakeTransportOf()->Send(To(server.url(), Method::kHead)), Kind::kReset, true);
  }
}

TEST_P(CurlTransportTest, AReplyCutAtEveryByte) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX: y\r\n\r\n0123456789";
  for (const Then end : {Then::kClose, Then::kReset}) {
    std::size_t cut = 0;
    LoopbackServer server([&](const Request&) { return Reply{.then = end, .raw = whole.substr(0, cut)}; });
    const auto transport = MakeTransportOf();
    for (cut = 1; cut < whole.size(); ++cut) {
      const Sent sent = transport->Send(To(server.url()));
      ASSERT_FALSE(sent) << "cut at " << cut << " of " << whole.size() << ": status " << sent->status;
      EXPECT_TRUE(sent.error().may_have_been_applied);
    }
  }
}

TEST_P(CurlTransportTest, ACutChunkedBody) {
  LoopbackServer server([](const Request&) {
    return Reply{.then = Then::kClose, .raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"};
  });
  ExpectKind(MakeTransportOf()->Send(To(server.url())), Kind::kCutBody, true);
}

TEST_P(CurlTransportTest, WhatIsNoHttp) {
  LoopbackServer server([](const Request&) { return Reply{.then = Then::kClose, .raw = "SSH-2.0-OpenSSH_9.2\r\n"}; });
  ExpectKind(MakeTransportOf()->Send(To(server.url())), Kind::kBadHttp, true);
}

TEST_P(CurlTransportTest, AnInterimReplyIsNotTheReply) {
  LoopbackServer server([](const Request&) {
    return Reply{.raw = "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};
  });
  const Sent sent = MakeTransportOf()->Send(To(server.url()));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 200);
  EXPECT_EQ(sent->body, "ok");
  EXPECT_EQ(sent->headers.Find("x-interim"), nullptr);
}

TEST_P(CurlTransportTest, ABodyLongerThanAllowed) {
  LoopbackServer server([](const Request&) { return Reply{.body = std::string(100001, 'x')}; });
  HttpRequest request = To(server.url());
  request.max_reply = Bytes{100000};
  const auto transport = MakeTransportOf();
  ExpectKind(transport->Send(request), Kind::kTooLarge, true);
  request.max_reply = Bytes{100001};
  EXPECT_TRUE(transport->Send(request)) << "exactly as long as allowed";
}

TEST_P(CurlTransportTest, HeadersWithoutEnd) {
  LoopbackServer server([](const Request&) {
    std::string raw = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10000; ++i) raw += "X-Filler: " + std::string(90, 'x') + "\r\n";
    return Reply{.then = Then::kClose, .raw = raw};
  });
  ExpectKind(MakeTransportOf()->Send(To(server.url())), Kind::kTooLarge, true);
}

TEST_P(CurlTransportTest, BigBodiesBothWays) {
  LoopbackServer server(Echo);
  const std::string big(12 << 20, 'b');
  for (const Idempotency idempotency : {Idempotency::kYes, Idempotency::kNo}) {
    HttpRequest request = To(server.url(), Method::kPost, big);
    request.idempotency = idempotency;
    const Sent sent = MakeTransportOf()->Send(request);
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_TRUE(sent->body == big);
  }
}

TEST_P(CurlTransportTest, CompressedRepliesArriveInPlainText) {
  std::string asked;
  LoopbackServer server([&](const Request& request) {
    asked = request.Header("accept-encoding");
    const std::string packed = GzipCompress(std::string(50000, 'z'));
    return Reply{.headers = {{"Content-Encoding", "gzip"}, {"x-amz-crc32", std::to_string(Crc32(packed))}},
                 .body = packed};
  });
  HttpRequest request = To(server.url());
  request.accept_gzip = true;
  const auto transport = MakeTransportOf();
  const Sent sent = transport->Send(request);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->body, std::string(50000, 'z'));
  EXPECT_EQ(asked, "gzip");
  request.max_reply = Bytes{49999};
  ExpectKind(transport->Send(request), Kind::kTooLarge, true);
}

TEST_P(CurlTransportTest, AReplyThatIsNotWhatItSays) {
  std::string encoding = "gzip";
  LoopbackServer server(
      [&](const Request&) { return Reply{.headers = {{"Content-Encoding", encoding}}, .body = "plain"}; });
  const auto transport = MakeTransportOf();
  ExpectKind(transport->Send(To(server.url())), Kind::kBadHttp, true);
  encoding = "br";
  ExpectKind(transport->Send(To(server.url())), Kind::kBadHttp, true);
}

TEST_P(CurlTransportTest, AReplyWithAWrongChecksum) {
  std::string sum = std::to_string(Crc32("{}"));
  LoopbackServer server([&](const Request&) { return Reply{.headers = {{"x-amz-crc32", sum}}, .body = "{}"}; });
  const auto transport = MakeTransportOf();
  EXPECT_TRUE(transport->Send(To(server.url())));
  sum = "1";
  ExpectKind(transport->Send(To(server.url())), Kind::kCutBody, true);
}

TEST_P(CurlTransportTest, WhatIsNotHttpIsNotSent) {
  LoopbackServer server(Echo);
  const auto transport = MakeTransportOf();
  HttpRequest request = To(server.url());
  request.headers.Add("X-Name", "a\r\nX-Injected: 1");
  ExpectKind(transport->Send(request), Kind::kBadRequest, false);
  request = To(server.url());
  request.url.path = "/a b";
  ExpectKind(transport->Send(request), Kind::kBadRequest, false);
  request.url.path = "/a?b=c";
  ExpectKind(transport->Send(request), Kind::kBadRequest, false);
  request = To(server.url());
  request.url.host = "a\nb";
  ExpectKind(transport->Send(request), Kind::kBadRequest, false);
  EXPECT_EQ(server.requests(), 0);
}

TEST_P(CurlTransportTest, ARaisedStopEndsWhatIsInFlight) {
  StopFlag stop;
  LoopbackServer server([&](const Request&) {
    stop.Request();
    return Reply{.wait = seconds(20)};
  });
  const auto start = std::chrono::steady_clock::now();
  ExpectKind(MakeTransportOf({.stop = &stop})->Send(To(server.url())), Kind::kCancelled, true);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
}

}  // namespace
}  // namespace vams::curl_tests
