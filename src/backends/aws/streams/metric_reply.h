#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vams::aws {

// What a metric was over one period, by the statistic that was asked for and in the metric's own unit.
struct MetricPoint {
  UtcTime begin{};  // of the period
  double value = 0;
};

// A reply of CloudWatch's GetMetricStatistics that was asked for `statistic` alone; in no promised order. kBadReply
// with what is wrong for anything but a whole one.
Result<std::vector<MetricPoint>> ReadMetricPoints(std::string_view body, const char* statistic);

}  // namespace vams::aws
