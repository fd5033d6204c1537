#include <gtest/gtest.h>

#include "backends/aws/arn.h"

namespace vams::aws {
namespace {

TEST(Arn, PartsAndBack) {
  for (const char* text : {"arn:aws:sns:eu-west-1:123456789012:topic", "arn:aws-cn:sqs:cn-north-1:1:queue.fifo",
                           "arn:aws:s3:::bucket/a:b"}) {
    const auto arn = ParseArn(text);
    ASSERT_TRUE(arn) << text;
    EXPECT_EQ(FormatArn(*arn), text);
  }
  const auto arn = ParseArn("arn:aws:dynamodb:us-east-1:1:table/t/stream/2020-01-01T00:00:00.000");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->service, "dynamodb");
  EXPECT_EQ(arn->region, "us-east-1");
  EXPECT_EQ(arn->account, "1");
  EXPECT_EQ(arn->resource, "table/t/stream/2020-01-01T00:00:00.000");
}

TEST(Arn, RefusesWhatIsNone) {
  for (const char* text : {"", "topic", "arn:", "arn:aws:sns:eu-west-1:1", "arn:aws:sns:eu-west-1:1:", "arn::sns:r:1:t",
                           "arn:aws::r:1:t", "urn:aws:sns:r:1:t", "https://sqs.eu-west-1.amazonaws.com/1/q"}) {
    EXPECT_FALSE(ParseArn(text)) << text;
  }
}

TEST(Arn, OfAResourceInItsRegion) {
  EXPECT_EQ(ResourceArn("dynamodb", "eu-west-1", "123456789012", "table/t"),
            "arn:aws:dynamodb:eu-west-1:123456789012:table/t");
  EXPECT_EQ(ResourceArn("ssm", "us-gov-east-1", "", "parameter/x"), "arn:aws-us-gov:ssm:us-gov-east-1:*:parameter/x");
}

}  // namespace
}  // namespace vams::aws
