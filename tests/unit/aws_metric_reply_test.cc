#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "backends/aws/streams/metric_reply.h"

namespace vams::aws {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string Reply(const std::string& points) {
  return R"(<GetMetricStatisticsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">)"
         "<GetMetricStatisticsResult><Datapoints>" +
         points +
         "</Datapoints><Label>IteratorAge</Label></GetMetricStatisticsResult>"
         "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetMetricStatisticsResponse>";
}

TEST(MetricReply, ReadsPoints) {
  const auto points =
      ReadMetricPoints(Reply("<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Maximum>1.5E3</Maximum>"
                             "<Unit>Milliseconds</Unit></member>"
                             "<member><Maximum>7</Maximum><Timestamp>2025-06-01T10:00:00Z</Timestamp></member>"),
                       "Maximum");
  ASSERT_TRUE(points) << points.error().message;
  ASSERT_THAT(*points, SizeIs(2));
  EXPECT_EQ((*points)[0].value, 1500.0);
  EXPECT_EQ((*points)[0].begin, ParseIso("2025-06-01T10:05:00Z"));
  EXPECT_EQ((*points)[1].value, 7.0);
}

TEST(MetricReply, NoPoints) {
  const auto points = ReadMetricPoints(Reply(""), "Maximum");
  ASSERT_TRUE(points);
  EXPECT_THAT(*points, IsEmpty());
}

TEST(MetricReply, NothingButAWholeOneIsRead) {
  const std::string good = "<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Maximum>1</Maximum></member>";
  for (const std::string& body :
       {std::string(), std::string("{}"), Reply(good).substr(0, 300), std::string("<GetMetricStatisticsResponse/>"),
        Reply("<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Average>1</Average></member>"),
        Reply("<member><Timestamp>soon</Timestamp><Maximum>1</Maximum></member>"),
        Reply("<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Maximum>1 h</Maximum></member>"),
        Reply("<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Maximum>inf</Maximum></member>")}) {
    const auto points = ReadMetricPoints(body, "Maximum");
    ASSERT_FALSE(points) << body;
    EXPECT_EQ(points.error().code, ErrorCode::kBadReply) << body;
  }
  EXPECT_THAT(ReadMetricPoints(Reply("<member><Timestamp>x</Timestamp><Maximum>1</Maximum></member>"), "Maximum")
                  .error()
                  .message,
              HasSubstr("'x' is no time"));
}

}  // namespace
}  // namespace vams::aws
