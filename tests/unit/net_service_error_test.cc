#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "net/access_denied.h"
#include "net/service_error.h"

namespace vams {
namespace {

using testing::HasSubstr;
using testing::Not;

ServiceError Read(Service service, int status, std::string body, Headers headers = {}) {
  return ReadServiceError(service, {.status = status, .headers = std::move(headers), .body = std::move(body)});
}

TEST(ServiceError, JsonOfDynamoDb) {
  const ServiceError e = Read(
      Service::kDynamoDb, 400,
      R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level\nof throughput"})",
      {{"x-amzn-RequestId", "REQ1"}});
  EXPECT_EQ(e.code, "ProvisionedThroughputExceededException");
  EXPECT_EQ(e.message, "The level of throughput");
  EXPECT_EQ(e.request_id, "REQ1");
  EXPECT_EQ(e.status, 400);
  EXPECT_EQ(Read(Service::kDynamoDb, 400, R"({"__type":"x#AccessDeniedException","Message":"User: no"})").message,
            "User: no");
}

TEST(ServiceError, JsonWhoseCodeIsInAHeader) {
  const ServiceError e = Read(Service::kSso, 401, R"({"message":"Session token not found or invalid"})",
                              {{"x-amzn-ErrorType", "UnauthorizedException:http://internal.amazon.com/"}});
  EXPECT_EQ(e.code, "UnauthorizedException");
  EXPECT_EQ(Read(Service::kSso, 400, R"({"error":"invalid_grant","error_description":"expired"})").code,
            "invalid_grant");
  EXPECT_EQ(Read(Service::kMetadata, 400, R"({"code":"InvalidIdRequest","message":"no such id"})").code,
            "InvalidIdRequest");
}

TEST(ServiceError, XmlOfS3) {
  const ServiceError e =
      Read(Service::kS3, 301,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PermanentRedirect</Code><Message>Use &amp; "
           "go</Message><Region>eu-west-1</Region><RequestId>REQ2</RequestId><HostId>h</HostId></Error>");
  EXPECT_EQ(e.code, "PermanentRedirect");
  EXPECT_EQ(e.message, "Use & go");
  EXPECT_EQ(e.request_id, "REQ2");
  EXPECT_EQ(e.region, "eu-west-1");
  EXPECT_EQ(Read(Service::kS3, 301, "", {{"x-amz-bucket-region", "us-west-2"}, {"x-amz-request-id", "REQ3"}}).region,
            "us-west-2");
}

TEST(ServiceError, XmlOfTheQueryProtocol) {
  const ServiceError e =
      Read(Service::kSns, 400,
           "<ErrorResponse "
           "xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>InvalidParameter</Code>"
           "<Message>Invalid parameter: TopicArn</Message></Error><RequestId>REQ4</RequestId></ErrorResponse>");
  EXPECT_EQ(e.code, "InvalidParameter");
  EXPECT_EQ(e.message, "Invalid parameter: TopicArn");
  EXPECT_EQ(e.request_id, "REQ4");
  EXPECT_EQ(
      Read(Service::kSts, 400,
           "<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors><RequestID>R</RequestID></Response>")
          .request_id,
      "R");
}

TEST(ServiceError, JsonOfOpenSearch) {
  const ServiceError e =
      Read(Service::kOpenSearch, 404,
           R"({"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [x]"}],)"
           R"("type":"index_not_found_exception","reason":"no such index [x]","index":"x"},"status":404})");
  EXPECT_EQ(e.code, "index_not_found_exception");
  EXPECT_EQ(e.message, "no such index [x]");
  EXPECT_EQ(
      Read(Service::kOpenSearch, 503,
           R"({"error":{"root_cause":[{"type":"x","reason":"shard 3"}],"type":"search_phase_execution_exception",)"
           R"("reason":"all shards failed"}})")
          .message,
      "all shards failed: shard 3");
  EXPECT_EQ(Read(Service::kOpenSearch, 400, R"({"error":"no handler found for uri","status":400})").message,
            "no handler found for uri");
  EXPECT_EQ(Read(Service::kOpenSearchServerless, 403,
                 R"({"status":403,"error":{"reason":"403 Forbidden","type":"Forbidden"}})")
                .code,
            "Forbidden");
}

TEST(ServiceError, PagesOfProxiesAndEmptyBodies) {
  EXPECT_EQ(
      Read(Service::kSns, 502, "<!DOCTYPE html>\n<html><head><title>502 Bad\nGateway</title></head></html>").message,
      "an HTML page: 502 Bad Gateway");
  EXPECT_EQ(Read(Service::kSns, 502, "<html>x</html>").message, "an HTML page");
  const ServiceError empty = Read(Service::kS3, 404, "");
  EXPECT_EQ(empty.code, "");
  EXPECT_EQ(empty.message, "");
  EXPECT_EQ(Read(Service::kMetadata, 404, "no such role").message, "no such role");
}

TEST(ServiceError, BodiesThatAreBrokenGiveNoCode) {
  for (const char* body :
       {"{", "{\"__type\":", "{\"__type\":7}", "[]", "null", "<", "<Error>", "<Error><Code>X</Code>", "<Error/>",
        "<a><b></a></b>", "\xff\xfe", "{\"error\":[]}", "{\"error\":{\"type\":1,\"root_cause\":[1]}}"}) {
    EXPECT_EQ(Read(Service::kS3, 400, body).code, "") << body;
  }
}

TEST(ServiceError, MessagesAreOneShortPrintableLine) {
  const ServiceError e =
      Read(Service::kDynamoDb, 400, "{\"__type\":\"X\\u0007Y\",\"message\":\"" + std::string(5000, 'm') + "\"}");
  EXPECT_EQ(e.code, "X\\x07Y");
  EXPECT_LT(e.message.size(), 1100u);
}

RC_GTEST_PROP(ServiceError, NoBodyBreaksTheReading, (const std::string& body)) {
  for (const std::string& start :
       {std::string(), std::string("{"), std::string("<Error>"), std::string("{\"error\":")}) {
    for (const Service service : {Service::kDynamoDb, Service::kS3, Service::kOpenSearch}) {
      const ServiceError e = Read(service, 400, start + body);
      RC_ASSERT(e.message.find('\n') == std::string::npos);
    }
  }
}

Error Of(Service service, std::string operation, int status, std::string body, std::string resource = {},
         Headers headers = {}) {
  return FromService({.status = status, .headers = std::move(headers), .body = std::move(body)},
                     {.service = service, .operation = std::move(operation), .resource = std::move(resource)});
}

TEST(FromService, NamesOperationRequestAndWhatToDo) {
  const Error e = Of(Service::kDynamoDb, "Scan", 400,
                     R"({"__type":"x#ResourceNotFoundException","message":"Requested resource not found"})", "",
                     {{"x-amzn-requestid", "R1"}});
  EXPECT_EQ(e.code, ErrorCode::kNotFound);
  EXPECT_EQ(e.message, "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(e.operation, "dynamodb:Scan");
  EXPECT_EQ(e.request_id, "R1");
  EXPECT_EQ(e.hint, "check the table's name and the region");
  EXPECT_FALSE(e.retryable);
  const Error throttled = Of(Service::kDynamoDb, "Scan", 400, R"({"__type":"ThrottlingException"})");
  EXPECT_TRUE(throttled.retryable);
  EXPECT_EQ(throttled.message, "ThrottlingException");
  EXPECT_EQ(Of(Service::kS3, "HeadObject", 404, "").message, "HTTP 404");
}

TEST(FromService, ADenialInFullNamesActionResourceAndStatement) {
  const std::string arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/assets";
  const Error e = Of(
      Service::kDynamoDb, "Scan", 400,
      R"({"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: arn:aws:sts::123456789012:assumed-role/r/s )"
      "is not authorized to perform: dynamodb:Scan on resource: " +
          arn + R"( because no identity-based policy allows the dynamodb:Scan action"})");
  EXPECT_EQ(e.code, ErrorCode::kAccessDenied);
  EXPECT_THAT(e.message, HasSubstr("(needs dynamodb:Scan on " + arn + ")"));
  EXPECT_THAT(e.hint, HasSubstr(R"({"Effect":"Allow","Action":"dynamodb:Scan","Resource":")" + arn + "\"}"));
}

TEST(FromService, ADenialWithoutDetailsUsesTheCall) {
  const Error e = Of(Service::kS3, "ListObjectsV2", 403,
                     "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", "arn:aws:s3:::bucket");
  EXPECT_THAT(e.hint, HasSubstr(R"({"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket"})"));
  const Error head = Of(Service::kS3, "HeadObject", 403, "", "arn:aws:s3:::bucket/*");
  EXPECT_EQ(head.code, ErrorCode::kAccessDenied);
  EXPECT_THAT(head.hint, HasSubstr(R"("Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*")"));
  EXPECT_THAT(Of(Service::kSns, "PublishBatch", 403, "").hint, HasSubstr(R"("Action":"sns:Publish","Resource":"*")"));
}

TEST(FromService, AnExplicitDenyIsNotCuredByAllowing) {
  const Error e = Of(Service::kSns, "PublishBatch", 403,
                     "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>User: u is not authorized to "
                     "perform: SNS:Publish on "
                     "resource: arn:aws:sns:eu-west-1:1:t with an explicit deny in a service control "
                     "policy</Message></Error></ErrorResponse>");
  EXPECT_THAT(e.hint, HasSubstr("SNS:Publish on arn:aws:sns:eu-west-1:1:t explicitly"));
  EXPECT_THAT(e.hint, Not(HasSubstr("\"Effect\"")));
}

TEST(FromService, OpenSearchNeedsMoreThanThePolicy) {
  const Error domain = Of(
      Service::kOpenSearch, "POST _bulk", 403,
      R"({"Message":"User: anonymous is not authorized to perform: es:ESHttpPost because no resource-based policy allows"})",
      "arn:aws:es:eu-west-1:1:domain/d/*");
  EXPECT_EQ(domain.code, ErrorCode::kAccessDenied);
  EXPECT_THAT(domain.hint, HasSubstr(R"("Action":"es:ESHttpPost","Resource":"arn:aws:es:eu-west-1:1:domain/d/*")"));
  EXPECT_THAT(domain.hint, HasSubstr("map the role"));
  const Error collection = Of(Service::kOpenSearchServerless, "POST _bulk", 403,
                              R"({"error":{"type":"Forbidden","reason":"403 Forbidden"}})");
  EXPECT_THAT(collection.hint, HasSubstr("aoss:APIAccessAll"));
  EXPECT_THAT(collection.hint, HasSubstr("data access policy"));
}

TEST(FromService, OpenSearchDomainsSpeakWithoutCodes) {
  const auto cls = [](int status, const std::string& message) {
    return Classify(Service::kOpenSearch, Read(Service::kOpenSearch, status, R"({"message":")" + message + "\"}")).cls;
  };
  EXPECT_EQ(cls(403, "Request throttled due to too many requests"), ErrorClass::kThrottled);
  EXPECT_EQ(cls(403, "The security token included in the request is expired"), ErrorClass::kExpired);
  EXPECT_EQ(cls(403, "The security token included in the request is invalid."), ErrorClass::kAuth);
  EXPECT_EQ(cls(403, "Signature expired: 20250601T000000Z is now earlier than ..."), ErrorClass::kClockSkew);
  EXPECT_EQ(cls(403, "User: x is not authorized to perform: es:ESHttpPost"), ErrorClass::kAccessDenied);
  EXPECT_EQ(cls(413, "Request size exceeded 10485760 bytes"), ErrorClass::kTooLarge);
}

TEST(FromService, ABareBadRequestOfS3IsExpiryOrAnotherRegion) {
  EXPECT_EQ(Classify(Service::kS3, Read(Service::kS3, 400, "")).cls, ErrorClass::kExpired);
  EXPECT_EQ(Classify(Service::kS3, Read(Service::kS3, 400, "", {{"x-amz-bucket-region", "eu-west-1"}})).cls,
            ErrorClass::kRedirect);
}

TEST(FromEntry, IsClassifiedAsAReplyWouldBe) {
  const Call call{.service = Service::kSns, .operation = "PublishBatch"};
  EXPECT_TRUE(FromEntry("AWS.SimpleNotificationService.Throttled", "slow down", "R", call).retryable);
  const Error e = FromEntry("InvalidParameter", "too long", "R", call);
  EXPECT_EQ(e.message, "InvalidParameter: too long");
  EXPECT_EQ(e.request_id, "R");
  EXPECT_FALSE(e.retryable);
}

TEST(FromTransport, EveryKindHasACodeAndSaysWhetherItMayPass) {
  using Kind = TransportError::Kind;
  const Call call{.service = Service::kS3, .operation = "HeadObject"};
  const auto of = [&](Kind kind) { return FromTransport({.kind = kind, .message = "m"}, call); };
  for (const Kind kind : {Kind::kResolve, Kind::kConnect, Kind::kReset, Kind::kCutBody}) {
    EXPECT_EQ(of(kind).code, ErrorCode::kUnavailable);
    EXPECT_TRUE(of(kind).retryable);
    EXPECT_FALSE(of(kind).hint.empty());
  }
  for (const Kind kind : {Kind::kConnectTimeout, Kind::kFirstByteTimeout, Kind::kTotalTimeout}) {
    EXPECT_EQ(of(kind).code, ErrorCode::kTimeout);
    EXPECT_TRUE(of(kind).retryable);
  }
  EXPECT_FALSE(of(Kind::kTls).retryable);
  EXPECT_THAT(of(Kind::kTls).hint, HasSubstr("AWS_CA_BUNDLE"));
  EXPECT_EQ(of(Kind::kTooLarge).code, ErrorCode::kTooLarge);
  EXPECT_EQ(of(Kind::kBadHttp).code, ErrorCode::kBadReply);
  EXPECT_EQ(of(Kind::kBadRequest).code, ErrorCode::kInvalid);
  EXPECT_EQ(of(Kind::kCancelled).code, ErrorCode::kCancelled);
  EXPECT_EQ(of(Kind::kReset).operation, "s3:HeadObject");
}

TEST(FromTransport, MissingCredentialsKeepTheirOwnWords) {
  const Error cause = MakeError(ErrorCode::kAccessDenied, "no credentials: env gave nothing").WithHint("log in");
  const Error e = FromTransport({.kind = TransportError::Kind::kCredentials, .message = "x", .cause = cause},
                                {.service = Service::kS3, .operation = "HeadObject"});
  EXPECT_EQ(e.message, cause.message);
  EXPECT_EQ(e.hint, "log in");
  EXPECT_EQ(e.operation, "s3:HeadObject");
}

TEST(Accept, TakesTwoHundredsOnly) {
  const Call call{.service = Service::kS3, .operation = "HeadObject"};
  EXPECT_TRUE(Accept(HttpReply{.status = 204}, call));
  for (const int status : {199, 300, 304, 404, 500}) EXPECT_FALSE(Accept(HttpReply{.status = status}, call)) << status;
}

TEST(IamAction, IsNotAlwaysTheOperation) {
  const auto action = [](Service service, std::string operation) {
    return IamAction({.service = service, .operation = std::move(operation)});
  };
  EXPECT_EQ(action(Service::kDynamoDb, "UpdateItem"), "dynamodb:UpdateItem");
  EXPECT_EQ(action(Service::kDynamoDbStreams, "GetRecords"), "dynamodb:GetRecords");
  EXPECT_EQ(action(Service::kS3, "HeadObject"), "s3:GetObject");
  EXPECT_EQ(action(Service::kS3, "GetBucketNotificationConfiguration"), "s3:GetBucketNotification");
  EXPECT_EQ(action(Service::kSqs, "DeleteMessageBatch"), "sqs:DeleteMessage");
  EXPECT_EQ(action(Service::kOpenSearch, "PUT assets"), "es:ESHttpPut");
  EXPECT_EQ(action(Service::kOpenSearch, "HEAD assets"), "es:ESHttpHead");
  EXPECT_EQ(action(Service::kOpenSearch, "POST _bulk"), "es:ESHttpPost");
}

TEST(PolicyStatement, IsJsonWhateverTheNames) {
  const auto json = nlohmann::json::parse(PolicyStatement({.action = "a\"b", .resource = "\xff\n"}), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["Action"], "a\"b");
}

}  // namespace
}  // namespace vams
