#include <gtest/gtest.h>

#include "backends/aws/objects/bucket_url.h"

namespace vams::aws {
namespace {

std::string UrlOf(std::string_view endpoint, std::string_view bucket, std::string_view key = {},
                  S3Addressing addressing = S3Addressing::kAuto) {
  const Url parsed = *ParseUrl(endpoint);
  const Result<Url> url = BucketUrl(parsed, bucket, key, addressing);
  return url ? FormatUrl(*url) : url.error().message;
}

constexpr std::string_view kAws = "https://s3.eu-west-1.amazonaws.com";

TEST(S3Addressing, TheHostForAwsItself) {
  EXPECT_EQ(UrlOf(kAws, "bucket"), "https://bucket.s3.eu-west-1.amazonaws.com/");
  EXPECT_EQ(UrlOf(kAws, "bucket", "a/b"), "https://bucket.s3.eu-west-1.amazonaws.com/a/b");
  EXPECT_EQ(UrlOf("https://s3.cn-north-1.amazonaws.com.cn", "bucket", "k"),
            "https://bucket.s3.cn-north-1.amazonaws.com.cn/k");
}

TEST(S3Addressing, ThePathWhereTheNameCannotBeAHost) {
  for (const char* bucket : {"Upper", "under_score", "a..b", "a.-b", "a-.b", "-ab", "ab-", ".ab", "192.168.5.4"}) {
    EXPECT_EQ(UrlOf("http://s3.eu-west-1.amazonaws.com", bucket, "k"),
              "http://s3.eu-west-1.amazonaws.com/" + std::string(bucket) + "/k");
  }
  EXPECT_EQ(UrlOf(kAws, std::string(64, 'b')), std::string(kAws) + "/" + std::string(64, 'b'));
}

TEST(S3Addressing, DotsAndCertificates) {
  EXPECT_EQ(UrlOf(kAws, "my.bucket", "k"), "https://s3.eu-west-1.amazonaws.com/my.bucket/k");
  EXPECT_EQ(UrlOf("http://s3.eu-west-1.amazonaws.com", "my.bucket", "k"),
            "http://my.bucket.s3.eu-west-1.amazonaws.com/k");
}

TEST(S3Addressing, ThePathForConfiguredEndpoints) {
  EXPECT_EQ(UrlOf("http://127.0.0.1:9000", "bucket"), "http://127.0.0.1:9000/bucket");
  EXPECT_EQ(UrlOf("http://127.0.0.1:9000", "bucket", "k"), "http://127.0.0.1:9000/bucket/k");
  EXPECT_EQ(UrlOf("https://example.com/store/", "bucket", "k"), "https://example.com/store/bucket/k");
  EXPECT_EQ(UrlOf("https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com", "b-1", "k"),
            "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com/b-1/k");
}

TEST(S3Addressing, AsTold) {
  EXPECT_EQ(UrlOf(kAws, "bucket", "k", S3Addressing::kPath), "https://s3.eu-west-1.amazonaws.com/bucket/k");
  EXPECT_EQ(UrlOf("http://localhost:9000", "bucket", "k", S3Addressing::kVirtualHost),
            "http://bucket.localhost:9000/k");
  EXPECT_EQ(UrlOf("http://localhost:9000", "Bucket", "k", S3Addressing::kVirtualHost),
            "bucket 'Bucket' cannot be part of a host name");
}

TEST(S3Addressing, KeysAreEncodedOnceAndNotNormalised) {
  EXPECT_EQ(UrlOf("http://h", "bkt", "a b+c%20/.././/\xC3\xA4\x01~'()*"),
            "http://h/bkt/a%20b%2Bc%2520/.././/%C3%A4%01~%27%28%29%2A");
  EXPECT_EQ(UrlOf("http://h", "bkt", "/leading/"), "http://h/bkt//leading/");
}

TEST(S3Addressing, RefusesNamesThatWouldChangeTheUrl) {
  for (const char* bucket : {"", "..", "ab", "a/b", "bucket?x", "bucket#", "a b c", "arn:aws:s3:::b"}) {
    EXPECT_EQ(BucketUrl(*ParseUrl(kAws), bucket, "k", S3Addressing::kAuto).error().code, ErrorCode::kInvalid) << bucket;
  }
}

}  // namespace
}  // namespace vams::aws
