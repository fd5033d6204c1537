#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/percent.h"
#include "base/text.h"
#include "net/sigv4/canonical.h"
#include "net/sigv4/signer.h"

namespace vams {
namespace {

using Json = nlohmann::json;

std::vector<Json> Cases(const std::string& file) {
  std::ifstream in(std::string(VAMS_FIXTURES) + "/sigv4/" + file);
  std::vector<Json> cases;
  for (std::string line; std::getline(in, line);) cases.push_back(Json::parse(line));
  return cases;
}

Method MethodOf(const std::string& name) {
  for (const Method m : {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kDelete}) {
    if (MethodName(m) == name) return m;
  }
  ADD_FAILURE() << name;
  return Method::kGet;
}

// The vectors hold targets that ParseUrl would encode; they are meant as they stand.
void SetTarget(Url& url, std::string_view target) {
  const std::size_t question = target.find('?');
  url.path = target.substr(0, question);
  if (question == std::string_view::npos) return;
  for (const std::string_view pair : Split(target.substr(question + 1), '&')) {
    const std::size_t equals = pair.find('=');
    url.query.emplace_back(PercentDecode(pair.substr(0, equals)),
                           equals == std::string_view::npos ? "" : PercentDecode(pair.substr(equals + 1)));
  }
}

Credentials CredentialsOf(const Json& c) {
  return {.access_key_id = c["access_key_id"],
          .secret_access_key = Secret(c["secret_access_key"].get<std::string>()),
          .session_token = Secret(c.value("token", ""))};
}

TEST(SigV4, PublishedCases) {
  const std::vector<Json> cases = Cases("sigv4_published.jsonl");
  ASSERT_EQ(cases.size(), 38u);
  for (const Json& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>());
    HttpRequest request;
    request.method = MethodOf(c["request"]["method"]);
    SetTarget(request.url, c["request"]["target"].get<std::string>());
    for (const Json& header : c["request"]["headers"]) {
      if (header[0] == "Host") request.url.host = header[1];
      request.headers.Add(header[0], header[1]);
    }
    request.body = Body(c["request"]["body"].get<std::string>());
    const SigningOptions options{.normalize_path = c["normalize"],
                                 .body_header = c["sign_body"],
                                 .sign_session_token = !c["omit_session_token"].get<bool>()};
    const SignatureParts parts = Sign(request, CredentialsOf(c["credentials"]), {c["region"], c["service"]},
                                      *ParseIso(c["timestamp"].get<std::string>()), options);
    EXPECT_EQ(parts.canonical_request, c["expected"]["canonical_request"].get<std::string>());
    EXPECT_EQ(parts.string_to_sign, c["expected"]["string_to_sign"].get<std::string>());
    EXPECT_EQ(parts.signature, c["expected"]["signature"].get<std::string>());
    EXPECT_TRUE(request.headers.Get("Authorization").ends_with("Signature=" + parts.signature));
    EXPECT_EQ(request.headers.Get("X-Amz-Security-Token"), c["credentials"].value("token", ""));
  }
}

TEST(SigV4, CasesOfBotocore) {
  const std::vector<Json> cases = Cases("sigv4_botocore.jsonl");
  ASSERT_EQ(cases.size(), 120u);
  for (const Json& c : cases) {
    SCOPED_TRACE(c["name"].get<std::string>());
    HttpRequest request;
    request.method = MethodOf(c["request"]["method"]);
    request.url.host = c["request"]["host"];
    SetTarget(request.url, c["request"]["target"].get<std::string>());
    request.body = Body(*Base64Decode(c["request"]["body_base64"].get<std::string>()));
    // What the caller of that signer had set beyond these was not signed.
    const std::string want = c["expected"]["authorization"];
    for (const Json& header : c["request"]["headers"]) {
      if (want.find(AsciiLower(header[0].get<std::string>())) != std::string::npos) {
        request.headers.Add(header[0], header[1]);
      }
    }
    const std::string service = c["service"];
    SigningOptions options = SigningOptionsFor(service);
    EXPECT_EQ(options.normalize_path, c["normalize"].get<bool>());
    EXPECT_EQ(options.double_encode_path, c["normalize"].get<bool>());
    Sign(request, CredentialsOf(c["credentials"]), {c["region"], service}, *ParseIso(c["timestamp"].get<std::string>()),
         options);
    EXPECT_EQ(request.headers.Get("Authorization"), want);
    if (c["expected"]["x_amz_content_sha256"].is_string()) {
      EXPECT_EQ(request.headers.Get("x-amz-content-sha256"), c["expected"]["x_amz_content_sha256"].get<std::string>());
    }
  }
}

HttpRequest SomeRequest() {
  HttpRequest request{.call = {Service::kS3, "HeadObject"}, .method = Method::kHead};
  request.url = {.host = "bucket.s3.eu-west-1.amazonaws.com", .path = "/a%20b//../c"};
  return request;
}

const Credentials kKeys{
    .access_key_id = "AKID", .secret_access_key = Secret("secret"), .session_token = Secret("token")};
const SigningScope kScope{"eu-west-1", "s3"};

TEST(SigV4, SigningTwiceReplacesTheFirst) {
  const UtcTime first = *ParseIso("2025-06-01T00:00:00Z");
  const UtcTime second = first + std::chrono::minutes(20);
  HttpRequest twice = SomeRequest();
  Sign(twice, kKeys, kScope, first, SigningOptionsFor("s3"));
  Sign(twice, kKeys, kScope, second, SigningOptionsFor("s3"));
  HttpRequest once = SomeRequest();
  Sign(once, kKeys, kScope, second, SigningOptionsFor("s3"));
  EXPECT_EQ(twice.headers.entries().size(), once.headers.entries().size());
  EXPECT_EQ(twice.headers.Get("authorization"), once.headers.Get("authorization"));
}

TEST(SigV4, AKeptKeyGivesTheSameSignatureAndIsNotUsedOnAnotherDay) {
  const UtcTime day = *ParseIso("2025-06-01T23:59:59Z");
  const SigningKey kept = DeriveSigningKey(kKeys.secret_access_key, "20250601", kScope);
  for (const UtcTime when : {day, day + std::chrono::seconds(1)}) {
    HttpRequest with = SomeRequest();
    HttpRequest without = SomeRequest();
    Sign(with, kKeys, kScope, when, SigningOptionsFor("s3"), &kept);
    Sign(without, kKeys, kScope, when, SigningOptionsFor("s3"));
    EXPECT_EQ(with.headers.Get("authorization"), without.headers.Get("authorization"));
  }
}

TEST(SigV4, UnsignedPayloadSaysSo) {
  HttpRequest request = SomeRequest();
  request.body = Body("anything");
  SigningOptions options = SigningOptionsFor("s3");
  options.unsigned_payload = true;
  const SignatureParts parts = Sign(request, kKeys, kScope, *ParseIso("2025-06-01T00:00:00Z"), options);
  EXPECT_EQ(request.headers.Get("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
  EXPECT_TRUE(parts.canonical_request.ends_with("\nUNSIGNED-PAYLOAD"));
}

TEST(SigV4, AServerlessCollectionGetsTheBodyHashAndAStandardDomainDoesNot) {
  EXPECT_TRUE(SigningOptionsFor("aoss").body_header);
  EXPECT_FALSE(SigningOptionsFor("es").body_header);
  EXPECT_TRUE(SigningOptionsFor("aoss").normalize_path);
}

TEST(SigV4, HeadersThatChangeOnTheWayAreNotSigned) {
  HttpRequest request = SomeRequest();
  for (const char* name :
       {"Connection", "Expect", "User-Agent", "Transfer-Encoding", "X-Amzn-Trace-Id", "Accept-Encoding", "Keep-Alive",
        "Proxy-Authorization", "TE", "Trailer", "Upgrade", "Proxy-Authenticate"}) {
    request.headers.Add(name, "x");
  }
  Sign(request, kKeys, kScope, *ParseIso("2025-06-01T00:00:00Z"), SigningOptionsFor("s3"));
  EXPECT_NE(request.headers.Get("authorization")
                .find("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"),
            std::string_view::npos);
}

TEST(SigV4, HostHasThePortOnlyWhereItIsNotTheUsualOne) {
  HttpRequest request = SomeRequest();
  request.url.port = 443;
  EXPECT_NE(Sign(request, kKeys, kScope, {}, SigningOptionsFor("s3")).canonical_request.find(".amazonaws.com\n"),
            std::string::npos);
  request.url.port = 4566;
  EXPECT_NE(Sign(request, kKeys, kScope, {}, SigningOptionsFor("s3")).canonical_request.find(".amazonaws.com:4566\n"),
            std::string::npos);
}

RC_GTEST_PROP(Canonical, QueryOrderOfTheCallerDoesNotMatter, (std::vector<std::pair<std::string, std::string>> query)) {
  const std::string before = CanonicalQuery(query);
  std::reverse(query.begin(), query.end());
  RC_ASSERT(CanonicalQuery(query) == before);
}

RC_GTEST_PROP(Canonical, QueryDecodesToWhatWasGiven, (std::vector<std::pair<std::string, std::string>> query)) {
  Url url{.host = "h"};
  SetTarget(url, "/?" + CanonicalQuery(query));
  if (query.empty()) url.query.clear();
  std::sort(query.begin(), query.end());
  std::sort(url.query.begin(), url.query.end());
  RC_ASSERT(url.query == query);
}

RC_GTEST_PROP(Canonical, NormalisingTwiceIsNormalisingOnce, ()) {
  const auto path = "/" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("/.ab")));
  const std::string once = NormalizePath(path);
  RC_ASSERT(NormalizePath(once) == once);
  RC_ASSERT(once.find("//") == std::string::npos);
  RC_ASSERT(once.find("/./") == std::string::npos);
}

RC_GTEST_PROP(Canonical, HeaderValuesHaveNoLineBreakAndNoDoubleSpace, (const std::string& value)) {
  const std::string canonical = CanonicalHeaderValue(value);
  RC_ASSERT(canonical.find_first_of("\r\n\t") == std::string::npos);
  RC_ASSERT(canonical.find("  ") == std::string::npos);
}

}  // namespace
}  // namespace vams
