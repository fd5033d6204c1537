#include "backends/aws/objects/aws_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/scripted_clients.h"

namespace vams::aws {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::string Listing(const std::vector<std::string>& keys, const std::string& token = {}) {
  std::string body = "<ListBucketResult><EncodingType>url</EncodingType>";
  body += token.empty() ? "<IsTruncated>false</IsTruncated>"
                        : "<IsTruncated>true</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>";
  for (const std::string& key : keys) {
    body += "<Contents><Key>" + key +
            "</Key><LastModified>2025-03-04T05:06:07.000Z</LastModified><Size>1</Size></Contents>";
  }
  return body + "</ListBucketResult>";
}
std::string ErrorBody(const std::string& code) {
  return "<Error><Code>" + code + "</Code><Message>said so</Message></Error>";
}
Headers HeadHeaders() {
  return {{"Content-Length", "12345"},
          {"Last-Modified", "Tue, 04 Mar 2025 05:06:07 GMT"},
          {"ETag", "\"abc\""},
          {"x-amz-request-id", "R1"}};
}

class AwsObjectStoreTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedTransport> script_ = std::make_shared<ScriptedTransport>();
  AwsObjectStore store_{"eu-west-1", ScriptedClients(script_, Service::kS3), {}};

  Result<std::optional<ObjectHead>> HeadOf(int status, Headers headers, const std::string& key = "dir/a b") {
    script_->Then(status, {}, std::move(headers));
    const std::vector<ObjectRef> refs{{"bucket", key}};
    return store_.HeadMany(refs)->at(0);
  }
};

TEST_F(AwsObjectStoreTest, RefusesForeignKeys) {
  script_->Then(200, Listing({"p/a", "q/b"}));
  const auto page = store_.List("bucket", "p/", std::nullopt, ItemCount{2});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kBadReply);
  EXPECT_THAT(page.error().message, HasSubstr("'q/b'"));
}

TEST_F(AwsObjectStoreTest, ListsInPages) {
  script_->Then(200, Listing({"p/a+b", "p/c"}, "tok+1/="));
  script_->Then(200, Listing({}, "tok2"));  // an empty page with more behind it
  script_->Then(200, Listing({"p/d"}));
  auto page = store_.List("bucket", "p/", std::nullopt, ItemCount{5000});
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page->entries, SizeIs(2));
  EXPECT_EQ(page->entries[0].key, "p/a b");
  page = store_.List("bucket", "p/", page->next, ItemCount{2});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->entries, SizeIs(0));
  ASSERT_TRUE(page->next);
  page = store_.List("bucket", "p/", page->next, ItemCount{2});
  ASSERT_TRUE(page);
  EXPECT_THAT(page->entries, SizeIs(1));
  EXPECT_FALSE(page->next);

  const auto requests = script_->requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(FormatUrl(requests[0].url),
            "https://bucket.s3.eu-west-1.amazonaws.com/"
            "?list-type=2&encoding-type=url&max-keys=1000&prefix=p%2F");
  EXPECT_EQ(FormatUrl(requests[1].url),
            "https://bucket.s3.eu-west-1.amazonaws.com/"
            "?list-type=2&encoding-type=url&max-keys=2&prefix=p%2F&continuation-token=tok%2B1%2F%3D");
  EXPECT_EQ(requests[0].method, Method::kGet);
  EXPECT_EQ(requests[0].sign, (SigningScope{.region = "eu-west-1", .service = "s3"}));
  EXPECT_EQ(requests[0].call.resource, "arn:aws:s3:::bucket");
}

TEST_F(AwsObjectStoreTest, ATokenThatIsTakenNoMoreIsReplacedByTheLastKey) {
  script_->Then(200, Listing({"a", "b%01"}, "old"));
  script_->Then(200, Listing({}, "older"));
  script_->Then(400, ErrorBody("InvalidArgument"));
  script_->Then(200, Listing({"c"}));
  auto page = store_.List("bucket", "", std::nullopt, ItemCount{2});
  page = store_.List("bucket", "", page->next, ItemCount{2});
  page = store_.List("bucket", "", page->next, ItemCount{2});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->entries, SizeIs(1));
  const auto requests = script_->requests();
  ASSERT_THAT(requests, SizeIs(4));
  EXPECT_THAT(RequestTarget(requests[2].url), HasSubstr("continuation-token=older"));
  EXPECT_THAT(RequestTarget(requests[3].url), AllOf(HasSubstr("start-after=b%01"), Not(HasSubstr("continuation"))));
}

TEST_F(AwsObjectStoreTest, ABadRequestIsNotTakenForABadTokenForEver) {
  script_->Then(200, Listing({"a"}, "t"));
  script_->Then(400, ErrorBody("InvalidArgument")).Then(400, ErrorBody("InvalidArgument"));
  const auto page = store_.List("bucket", "", std::nullopt, ItemCount{2});
  const auto next = store_.List("bucket", "", page->next, ItemCount{2});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(script_->requests(), SizeIs(3));
}

TEST_F(AwsObjectStoreTest, RefusesAServerThatNeverEnds) {
  script_->Then(200, Listing({"a"}, "t")).Then(200, Listing({}, "t"));
  const auto page = store_.List("bucket", "", std::nullopt, ItemCount{2});
  const auto next = store_.List("bucket", "", page->next, ItemCount{2});
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kBadReply);
  EXPECT_THAT(next.error().message, HasSubstr("no end"));
}

TEST_F(AwsObjectStoreTest, AnErrorBehindA200) {
  script_->Then(200, ErrorBody("SlowDown"));
  const auto page = store_.List("bucket", "", std::nullopt, ItemCount{2});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kThrottled);
  EXPECT_TRUE(page.error().retryable);
}

TEST_F(AwsObjectStoreTest, GarbageIsNoEmptyListing) {
  script_->Then(200, "<html>sign in</html>", {{"x-amz-request-id", "R7"}});
  const auto page = store_.List("bucket", "", std::nullopt, ItemCount{2});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kBadReply);
  EXPECT_EQ(page.error().operation, "s3:ListObjectsV2");
  EXPECT_EQ(page.error().request_id, "R7");
}

TEST_F(AwsObjectStoreTest, AListingThatBeginsAfterAKey) {
  script_->Then(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  const auto page = store_.List("bucket", "a/", store_.After("a/ä +"), ItemCount{5});
  ASSERT_TRUE(page) << page.error().message;
  using Parameter = std::pair<std::string, std::string>;
  const auto query = script_->requests().at(0).url.query;
  EXPECT_THAT(query, testing::Contains(Parameter("start-after", "a/ä +")));
  EXPECT_THAT(query, Not(testing::Contains(testing::Field(&Parameter::first, "continuation-token"))));
}

std::string Folders(const std::vector<std::string>& common) {
  std::string body =
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
  for (const auto& prefix : common) body += "<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>";
  return body + "</ListBucketResult>";
}

TEST_F(AwsObjectStoreTest, CommonPrefixesAreOneRequest) {
  script_->Then(200, Folders({"a/z/", "a/ä/", "a/b/", "a/b/", "a//"}));
  const auto common = store_.CommonPrefixes("bucket", "a/");
  ASSERT_TRUE(common) << common.error().message;
  EXPECT_THAT(*common, testing::ElementsAre("a//", "a/b/", "a/z/", "a/ä/"));
  using Parameter = std::pair<std::string, std::string>;
  ASSERT_THAT(script_->requests(), SizeIs(1));
  EXPECT_THAT(script_->requests().at(0).url.query,
              testing::IsSupersetOf({Parameter("delimiter", "/"), Parameter("prefix", "a/")}));
}

TEST_F(AwsObjectStoreTest, WhatIsNoCommonPrefixIsABadReply) {
  for (const std::string wrong : {"a/", "a/b", "b/", "a/b/c/", "a/\xC3/", ""}) {
    script_->Then(200, Folders({"a/a/", wrong}));
    const auto common = store_.CommonPrefixes("bucket", "a/");
    ASSERT_FALSE(common) << wrong;
    EXPECT_EQ(common.error().code, ErrorCode::kBadReply);
  }
  script_->Then(403, ErrorBody("AccessDenied")).Then(501, ErrorBody("NotImplemented"));
  EXPECT_EQ(store_.CommonPrefixes("bucket", "").error().code, ErrorCode::kAccessDenied);
  EXPECT_FALSE(store_.CommonPrefixes("bucket", ""));
}

TEST_F(AwsObjectStoreTest, ErrorsOfAListing) {
  script_->Then(404, ErrorBody("NoSuchBucket")).Then(403, ErrorBody("AccessDenied"));
  script_->Fail(TransportError::Kind::kReset);
  EXPECT_EQ(store_.List("bucket", "", std::nullopt, ItemCount{1}).error().code, ErrorCode::kNotFound);
  const auto denied = store_.List("bucket", "", std::nullopt, ItemCount{1});
  EXPECT_EQ(denied.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(denied.error().hint, HasSubstr(R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket")"));
  EXPECT_EQ(store_.List("bucket", "", std::nullopt, ItemCount{1}).error().code, ErrorCode::kUnavailable);
  for (const char* token : {"", "x", "2 t k", "1  ", "1 t", "1 t k more"}) {
    EXPECT_EQ(store_.List("bucket", "", Cursor{token}, ItemCount{1}).error().code, ErrorCode::kInvalid) << token;
  }
  EXPECT_EQ(store_.List("bucket", "", std::nullopt, ItemCount{0}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(store_.List("no/bucket", "", std::nullopt, ItemCount{1}).error().code, ErrorCode::kInvalid);
  EXPECT_THAT(script_->requests(), SizeIs(3)) << "bad arguments send nothing";
}

TEST_F(AwsObjectStoreTest, AHead) {
  Headers headers = HeadHeaders();
  headers.Add("x-amz-version-id", "v1");
  headers.Add("X-Amz-Meta-AssetId", "a");
  headers.Add("x-amz-meta-note", "=?UTF-8?B?w6Q=?=");
  headers.Add("x-amz-meta-empty", "");
  const auto head = HeadOf(200, headers);
  ASSERT_TRUE(head) << head.error().message;
  ASSERT_TRUE(*head);
  EXPECT_EQ((*head)->size, 12345u);
  EXPECT_EQ((*head)->last_modified, *ParseIso("2025-03-04T05:06:07Z"));
  EXPECT_EQ((*head)->etag, "abc");
  EXPECT_EQ((*head)->version_id, "v1");
  EXPECT_EQ(*(*head)->FindMetadata("assetid"), "a");
  EXPECT_EQ(*(*head)->FindMetadata("note"), "=?UTF-8?B?w6Q=?=") << "encoded words are left to who reads them";
  EXPECT_EQ(*(*head)->FindMetadata("empty"), "");
  EXPECT_THAT((*head)->metadata, SizeIs(3));
  const HttpRequest request = script_->requests()[0];
  EXPECT_EQ(request.method, Method::kHead);
  EXPECT_EQ(FormatUrl(request.url), "https://bucket.s3.eu-west-1.amazonaws.com/dir/a%20b");
  EXPECT_EQ(request.call.resource, "arn:aws:s3:::bucket/dir/a b");
}

TEST_F(AwsObjectStoreTest, AVersionNamedNullIsNone) {
  Headers headers = HeadHeaders();
  headers.Add("x-amz-version-id", "null");
  EXPECT_EQ((*HeadOf(200, headers))->version_id, std::nullopt);
}

TEST_F(AwsObjectStoreTest, WhatIsNotThere) {
  EXPECT_EQ(*HeadOf(404, {{"x-amz-request-id", "R"}}), std::nullopt);
  EXPECT_EQ(*HeadOf(404, {{"x-amz-request-id", "R"}, {"x-amz-delete-marker", "true"}}), std::nullopt);
  EXPECT_EQ(*HeadOf(405, {{"x-amz-delete-marker", "true"}}), std::nullopt);
}

TEST_F(AwsObjectStoreTest, WhatCouldNotBeToldIsNeverAbsent) {
  const auto foreign = HeadOf(404, {{"Server", "proxy"}});
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::kBadReply);
  const auto denied = HeadOf(403, {{"x-amz-request-id", "R"}});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(denied.error().hint,
              AllOf(HasSubstr("s3:GetObject"), HasSubstr("without s3:ListBucket on arn:aws:s3:::bucket, S3 answers")));
  EXPECT_EQ(HeadOf(503, {}).error().retryable, true);
  for (const char* absent : {"content-length", "last-modified"}) {
    Headers headers = HeadHeaders();
    headers.Remove(absent);
    EXPECT_EQ(HeadOf(200, headers).error().code, ErrorCode::kBadReply) << absent;
  }
  EXPECT_EQ(HeadOf(200, HeadHeaders(), "").error().code, ErrorCode::kInvalid) << "that would be the bucket";
}

TEST_F(AwsObjectStoreTest, HeadsAnswerInOrderWhateverThreadAsks) {
  script_->Otherwise([](const HttpRequest& request) -> Sent {
    const std::string n = request.url.path.substr(request.url.path.rfind('/') + 1);
    Headers headers = HeadHeaders();
    headers.Set("Content-Length", n);
    if (n.ends_with('7')) return HttpReply{.status = 404, .headers = headers};
    return HttpReply{.status = n.ends_with('3') ? 403 : 200, .headers = headers};
  });
  std::vector<ObjectRef> refs;
  for (int i = 0; i < 300; ++i) refs.push_back({"bucket", std::to_string(i)});
  const auto heads = store_.HeadMany(refs);
  ASSERT_TRUE(heads);
  ASSERT_THAT(*heads, SizeIs(300));
  for (std::size_t i = 0; i < 300; ++i) {
    const auto& head = heads->at(i);
    EXPECT_EQ(head.has_value(), i % 10 != 3) << i;
    if (!head) continue;
    EXPECT_EQ(head->has_value(), i % 10 != 7) << i;
    if (*head) {
      EXPECT_EQ((*head)->size, i);
    }
  }
}

TEST_F(AwsObjectStoreTest, TopicsOfCreatedObjects) {
  script_->Then(200,
                "<NotificationConfiguration>"
                "<TopicConfiguration><Topic>t1</Topic><Event>s3:ObjectCreated:Put</Event><Filter><S3Key><FilterRule>"
                "<Name>prefix</Name><Value>a/</Value></FilterRule></S3Key></Filter></TopicConfiguration>"
                "<TopicConfiguration><Topic>t2</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>"
                "<TopicConfiguration><Topic>t1</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>"
                "</NotificationConfiguration>");
  const auto topics = store_.CreatedTopics("bucket");
  ASSERT_TRUE(topics) << topics.error().message;
  EXPECT_THAT(*topics, ElementsAre("t1"));
  EXPECT_EQ(FormatUrl(script_->requests()[0].url), "https://bucket.s3.eu-west-1.amazonaws.com/?notification=");
}

TEST_F(AwsObjectStoreTest, TopicsThatCouldNotBeRead) {
  script_->Then(403, ErrorBody("AccessDenied")).Then(404, ErrorBody("NoSuchBucket")).Then(200, "<a/>");
  const auto denied = store_.CreatedTopics("bucket");
  EXPECT_THAT(denied.error().hint,
              HasSubstr(R"("Action":"s3:GetBucketNotification","Resource":"arn:aws:s3:::bucket")"));
  EXPECT_EQ(store_.CreatedTopics("bucket").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_.CreatedTopics("bucket").error().code, ErrorCode::kBadReply);
}

}  // namespace
}  // namespace vams::aws
