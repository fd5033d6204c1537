#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "net/error_table.h"
#include "net/service_error.h"

namespace vams {
namespace {

using enum ErrorClass;

constexpr Service kServices[] = {Service::kDynamoDb,   Service::kDynamoDbStreams,
                                 Service::kS3,         Service::kSns,
                                 Service::kSqs,        Service::kSsm,
                                 Service::kSts,        Service::kLambda,
                                 Service::kCloudWatch, Service::kSso,
                                 Service::kOpenSearch, Service::kOpenSearchServerless,
                                 Service::kMetadata};

// Every spelling in which the wire has a code.
std::vector<std::string> Spellings(std::string_view code) {
  const std::string c(code);
  return {c,
          "aws#" + c,
          "com.amazonaws.dynamodb.v20120810#" + c,
          "com.amazonaws.sqs#" + c,
          c + ":http://internal.amazon.com/coral/com.amazon.coral.service/",
          "com.amazon.coral.service#" + c + ":http://internal.amazon.com/",
          "AWS.SimpleQueueService." + c,
          "AWS.SimpleNotificationService." + c + ";Sender"};
}

TEST(ErrorTable, EveryRowInEverySpelling) {
  for (const Service service : kServices) {
    for (const ErrorRow& row : OwnErrors(service)) {
      const bool dotted =
          row.code.find('.') != std::string_view::npos;  // "KMS.DisabledException": S3 has no such prefixes
      for (const std::string& spelling : dotted ? std::vector{std::string(row.code)} : Spellings(row.code)) {
        const Classification found = Classify(service, spelling, 400);
        EXPECT_EQ(ErrorClassName(found.cls), ErrorClassName(row.cls)) << ServiceName(service) << " " << spelling;
        EXPECT_EQ(found.hint, row.hint.empty() ? HintOf(row.cls) : row.hint) << spelling;
      }
    }
    for (const ErrorRow& row : CommonErrors()) {
      bool own = false;
      for (const ErrorRow& mine : OwnErrors(service)) own = own || mine.code == row.code;
      if (own) continue;
      for (const std::string& spelling : Spellings(row.code)) {
        EXPECT_EQ(ErrorClassName(Classify(service, spelling, 400).cls), ErrorClassName(row.cls))
            << ServiceName(service) << " " << spelling;
      }
    }
  }
}

TEST(ErrorTable, NoCodeIsThereTwice) {
  for (const Service service : kServices) {
    std::set<std::string_view> seen;
    for (const ErrorRow& row : OwnErrors(service)) EXPECT_TRUE(seen.insert(row.code).second) << row.code;
  }
  std::set<std::string_view> seen;
  for (const ErrorRow& row : CommonErrors()) EXPECT_TRUE(seen.insert(row.code).second) << row.code;
}

// What a caller relies on, written down once more by hand: service, code, status, class, tried again.
struct Want {
  Service service;
  std::string_view code;
  int http;
  ErrorClass cls;
  ErrorCode error;
  bool retryable;
};
constexpr Want kWanted[] = {
    {Service::kDynamoDb, "ProvisionedThroughputExceededException", 400, kThrottled, ErrorCode::kThrottled, true},
    {Service::kDynamoDb, "ThrottlingException", 400, kThrottled, ErrorCode::kThrottled, true},
    {Service::kDynamoDb, "RequestLimitExceeded", 400, kThrottled, ErrorCode::kThrottled, true},
    {Service::kDynamoDb, "ConditionalCheckFailedException", 400, kCondition, ErrorCode::kPrecondition, false},
    {Service::kDynamoDb, "ResourceNotFoundException", 400, kNotFound, ErrorCode::kNotFound, false},
    {Service::kDynamoDb, "ValidationException", 400, kInvalid, ErrorCode::kInvalid, false},
    {Service::kDynamoDb, "InternalServerError", 500, kTransient, ErrorCode::kUnavailable, true},
    {Service::kDynamoDb, "ExpiredTokenException", 400, kExpired, ErrorCode::kExpired, false},
    {Service::kDynamoDb, "UnrecognizedClientException", 400, kAuth, ErrorCode::kAccessDenied, false},
    {Service::kDynamoDb, "AccessDeniedException", 400, kAccessDenied, ErrorCode::kAccessDenied, false},
    {Service::kDynamoDbStreams, "ExpiredIteratorException", 400, kCondition, ErrorCode::kPrecondition, false},
    {Service::kDynamoDbStreams, "TrimmedDataAccessException", 400, kNotFound, ErrorCode::kNotFound, false},
    {Service::kS3, "SlowDown", 503, kThrottled, ErrorCode::kThrottled, true},
    {Service::kS3, "InternalError", 500, kTransient, ErrorCode::kUnavailable, true},
    {Service::kS3, "RequestTimeout", 400, kTransient, ErrorCode::kUnavailable, true},
    {Service::kS3, "RequestTimeTooSkewed", 403, kClockSkew, ErrorCode::kAccessDenied, false},
    {Service::kS3, "NoSuchKey", 404, kNotFound, ErrorCode::kNotFound, false},
    {Service::kS3, "PermanentRedirect", 301, kRedirect, ErrorCode::kInvalid, false},
    {Service::kS3, "PreconditionFailed", 412, kCondition, ErrorCode::kPrecondition, false},
    {Service::kS3, "NotImplemented", 501, kPermanent, ErrorCode::kInvalid, false},
    {Service::kSns, "Throttled", 429, kThrottled, ErrorCode::kThrottled, true},
    {Service::kSns, "NotFound", 404, kNotFound, ErrorCode::kNotFound, false},
    {Service::kSns, "AuthorizationError", 403, kAccessDenied, ErrorCode::kAccessDenied, false},
    {Service::kSns, "KMSDisabled", 400, kPermanent, ErrorCode::kInvalid, false},
    {Service::kSns, "BatchRequestTooLong", 400, kTooLarge, ErrorCode::kTooLarge, false},
    {Service::kSqs, "QueueDoesNotExist", 400, kNotFound, ErrorCode::kNotFound, false},
    {Service::kSqs, "RequestThrottled", 403, kThrottled, ErrorCode::kThrottled, true},
    {Service::kSqs, "ReceiptHandleIsInvalid", 404, kCondition, ErrorCode::kPrecondition, false},
    {Service::kSsm, "ParameterNotFound", 400, kNotFound, ErrorCode::kNotFound, false},
    {Service::kSts, "IDPCommunicationError", 400, kTransient, ErrorCode::kUnavailable, true},
    {Service::kSts, "InvalidClientTokenId", 403, kAuth, ErrorCode::kAccessDenied, false},
    {Service::kSso, "UnauthorizedException", 401, kAuth, ErrorCode::kAccessDenied, false},
    {Service::kOpenSearch, "version_conflict_engine_exception", 409, kConflict, ErrorCode::kConflict, false},
    {Service::kOpenSearch, "rejected_execution_exception", 429, kThrottled, ErrorCode::kThrottled, true},
    {Service::kOpenSearch, "circuit_breaking_exception", 503, kThrottled, ErrorCode::kThrottled, true},
    {Service::kOpenSearch, "mapper_parsing_exception", 400, kInvalid, ErrorCode::kInvalid, false},
    {Service::kOpenSearch, "cluster_block_exception", 403, kPermanent, ErrorCode::kInvalid, false},
    {Service::kOpenSearch, "cluster_block_exception", 503, kTransient, ErrorCode::kUnavailable, true},
    {Service::kOpenSearchServerless, "index_not_found_exception", 404, kNotFound, ErrorCode::kNotFound, false},
};

TEST(ErrorTable, WhatCallersRelyOn) {
  for (const Want& want : kWanted) {
    const ErrorClass cls = Classify(want.service, want.code, want.http).cls;
    EXPECT_EQ(ErrorClassName(cls), ErrorClassName(want.cls)) << want.code;
    EXPECT_EQ(ErrorCodeName(CodeOf(cls)), ErrorCodeName(want.error)) << want.code;
    EXPECT_EQ(MayPass(cls), want.retryable) << want.code;
  }
}

TEST(ErrorTable, AWordNeverHeardOfIsUnknownAndNotTriedAgain) {
  for (const Service service : kServices) {
    for (const int status : {200, 301, 400, 401, 403, 404, 409, 412, 413, 501}) {
      EXPECT_EQ(Classify(service, "NeverSeenBefore", status).cls, kUnknown) << status;
    }
    EXPECT_FALSE(MayPass(kUnknown));
    // Except where the status by itself says "later" (aws-facts section 2).
    for (const int status : {500, 502, 503, 504})
      EXPECT_EQ(Classify(service, "NeverSeenBefore", status).cls, kTransient);
    EXPECT_EQ(Classify(service, "NeverSeenBefore", 429).cls, kThrottled);
  }
}

TEST(ErrorTable, ForeignVendorsCodesAreUnknown) {
  for (const char* code : {"BlobNotFound", "ServerBusy", "AuthenticationFailed", "rateLimitExceeded",
                           "XMinioAdminNotFound", "quotaExceeded"}) {
    EXPECT_EQ(Classify(Service::kS3, code, 400).cls, kUnknown) << code;
  }
}

TEST(ErrorTable, ACodeOfOneServiceIsNotOneOfAnother) {
  EXPECT_EQ(Classify(Service::kS3, "ConditionalCheckFailedException", 400).cls, kUnknown);
  EXPECT_EQ(Classify(Service::kDynamoDb, "NoSuchKey", 400).cls, kUnknown);
  EXPECT_EQ(Classify(Service::kSns, "invalid_grant", 400).cls, kUnknown);
}

TEST(ErrorTable, WithoutACodeTheStatusDecides) {
  const auto cls = [](int status) { return Classify(Service::kS3, "", status).cls; };
  EXPECT_EQ(cls(301), kRedirect);
  EXPECT_EQ(cls(307), kRedirect);
  EXPECT_EQ(cls(400), kUnknown);
  EXPECT_EQ(cls(401), kAuth);
  EXPECT_EQ(cls(403), kAccessDenied);
  EXPECT_EQ(cls(404), kNotFound);
  EXPECT_EQ(cls(408), kTransient);
  EXPECT_EQ(cls(409), kConflict);
  EXPECT_EQ(cls(412), kCondition);
  EXPECT_EQ(cls(413), kTooLarge);
  EXPECT_EQ(cls(429), kThrottled);
  EXPECT_EQ(cls(501), kPermanent);
  EXPECT_EQ(cls(503), kTransient);
}

TEST(ErrorTable, EveryClassThatAUserCanActOnHasAHint) {
  for (const ErrorClass c : {kThrottled, kTransient, kClockSkew, kExpired, kAuth, kRedirect})
    EXPECT_FALSE(HintOf(c).empty());
  for (const Service service : kServices) {
    for (const ErrorRow& row : OwnErrors(service)) {
      const bool explained = row.cls != kPermanent || row.code == "EndpointDisabled" || !row.hint.empty();
      EXPECT_TRUE(explained) << row.code;
    }
  }
}

}  // namespace
}  // namespace vams
