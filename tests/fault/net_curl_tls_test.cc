#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temp_dir.h"
#include "tests/fault/curl_transports.h"

namespace vams::curl_tests {
namespace {

using testing::HasSubstr;

class CurlTransportTls : public CurlTransportTest {
 protected:
  CurlOptions Trusting(const TlsIdentity& identity) const {
    identity.WritePem(dir_.str() + "/ca.pem");
    return {.ca_bundle = dir_.str() + "/ca.pem"};
  }
  const TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(, CurlTransportTls, kBoth, NameOf);

TEST_P(CurlTransportTls, ASelfSignedCertificateIsRefused) {
  LoopbackServer server(Echo, TlsIdentity::Make());
  const Sent sent = MakeTransportOf()->Send(To(server.url(), Method::kPost, "x"));
  ExpectKind(sent, Kind::kTls, false);
  EXPECT_THAT(sent.error().message, HasSubstr("certificate"));
  EXPECT_EQ(server.requests(), 0);
}

TEST_P(CurlTransportTls, ItIsAcceptedWithItsBundleAndTheConnectionIsKept) {
  const TlsIdentity identity = TlsIdentity::Make();
  LoopbackServer server(Echo, identity);
  const auto transport = MakeTransportOf(Trusting(identity));
  for (int i = 0; i < 3; ++i) {
    const Sent sent = transport->Send(To(server.url(), Method::kPost, "x"));
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->body, "x");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(CurlTransportTls, ABundleReplacesTheSystemsAuthorities) {
  LoopbackServer server(Echo, TlsIdentity::Make());
  ExpectKind(MakeTransportOf(Trusting(TlsIdentity::Make()))->Send(To(server.url())), Kind::kTls, false);
}

TEST_P(CurlTransportTls, TheNameMustMatch) {
  const TlsIdentity identity = TlsIdentity::Make("DNS:elsewhere.example.com");
  LoopbackServer server(Echo, identity);
  ExpectKind(MakeTransportOf(Trusting(identity))->Send(To(server.url())), Kind::kTls, false);
}

TEST_P(CurlTransportTls, AnExpiredCertificateIsRefused) {
  const TlsIdentity identity = TlsIdentity::Make("IP:127.0.0.1", -60);
  LoopbackServer server(Echo, identity);
  const Sent sent = MakeTransportOf(Trusting(identity))->Send(To(server.url()));
  ExpectKind(sent, Kind::kTls, false);
  EXPECT_THAT(sent.error().message, HasSubstr("expired"));
}

TEST_P(CurlTransportTls, OldVersionsAreRefused) {
  const TlsIdentity identity = TlsIdentity::Make();
  LoopbackServer old(Echo, identity, TLS1_1_VERSION);
  ExpectKind(MakeTransportOf(Trusting(identity))->Send(To(old.url())), Kind::kTls, false);
  LoopbackServer good(Echo, identity, TLS1_2_VERSION);
  EXPECT_TRUE(MakeTransportOf(Trusting(identity))->Send(To(good.url())));
}

TEST_P(CurlTransportTls, ABundleThatIsNoneIsRefusedAtOnce) {
  std::ofstream(dir_.str() + "/empty.pem") << "nothing";
  for (const std::string& path : {dir_.str() + "/absent.pem", dir_.str() + "/empty.pem"}) {
    const auto made = MakeCurlTransport({.ca_bundle = path});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kUsage);
    EXPECT_THAT(made.error().message, HasSubstr(path));
  }
}

using CurlTransportProxy = CurlTransportTest;
INSTANTIATE_TEST_SUITE_P(, CurlTransportProxy, kBoth, NameOf);

TEST_P(CurlTransportProxy, PlainHttpGoesThroughTheProxyUnlessExempt) {
  LoopbackServer target(Echo);
  LoopbackServer proxy([](const Request& request) { return Reply{.headers = {{"x-via", request.target}}}; });
  const auto transport = MakeTransportOf({.proxy = {.http = proxy.url()}});
  Sent sent = transport->Send(To("http://service.invalid/path"));
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->headers.Get("x-via"), "http://service.invalid/path");

  HttpRequest metadata = To(target.url() + "/latest/api/token");
  metadata.through_proxy = false;
  sent = transport->Send(metadata);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->headers.Get("x-target"), "/latest/api/token");
  EXPECT_EQ(proxy.requests(), 1);

  const auto exempt = MakeTransportOf({.proxy = {.http = proxy.url(), .no_proxy = "localhost,127.0.0.1"}});
  ASSERT_TRUE(exempt->Send(To(target.url())));
  EXPECT_EQ(proxy.requests(), 1);
}

TEST_P(CurlTransportProxy, HttpsAsksTheProxyForATunnel) {
  LoopbackServer proxy([](const Request&) { return Reply{.status = 403, .body = "no"}; });
  const auto transport = MakeTransportOf({.proxy = {.http = "http://unused.invalid", .https = proxy.url()}});
  const Sent sent = transport->Send(To("https://service.invalid/"));
  ExpectKind(sent, Kind::kConnect, false);
  EXPECT_THAT(sent.error().message, HasSubstr("403"));
}

TEST_P(CurlTransportProxy, TheEnvironmentIsNotReadHere) {
  LoopbackServer target(Echo);
  setenv("http_proxy", "http://127.0.0.1:9", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
  EXPECT_TRUE(MakeTransportOf()->Send(To(target.url())));
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

}  // namespace
}  // namespace vams::curl_tests
