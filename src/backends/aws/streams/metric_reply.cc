#include "backends/aws/streams/metric_reply.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <pugixml.hpp>
#include <string>

#include "backends/aws/strict_xml.h"
#include "base/text.h"

namespace vams::aws {
namespace {

Result<MetricPoint> ReadPoint(const pugi::xml_node& member, const char* statistic) {
  TRY_ASSIGN(const std::string when, RequiredChild(member, "Timestamp"));
  TRY_ASSIGN(const std::string text, RequiredChild(member, statistic));
  const std::optional<UtcTime> begin = ParseIso(when);
  if (!begin) return Fail(ErrorCode::kBadReply, "'{}' is no time", Printable(when));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return Fail(ErrorCode::kBadReply, "'{}' is no number", Printable(text));
  }
  return MetricPoint{.begin = *begin, .value = value};
}

}  // namespace

Result<std::vector<MetricPoint>> ReadMetricPoints(std::string_view body, const char* statistic) {
  pugi::xml_document document;
  TRY_ASSIGN(const pugi::xml_node root, LoadXml(body, "GetMetricStatisticsResponse", document));
  const pugi::xml_node list = root.child("GetMetricStatisticsResult").child("Datapoints");
  if (!list) return Fail(ErrorCode::kBadReply, "it has no Datapoints");
  std::vector<MetricPoint> points;
  for (const pugi::xml_node& member : list.children("member")) {
    TRY_ASSIGN(const MetricPoint point, ReadPoint(member, statistic));
    points.push_back(point);
  }
  return points;
}

}  // namespace vams::aws
