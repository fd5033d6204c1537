#include "backends/aws/streams/aws_stream_readers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/arn.h"
#include "backends/aws/events/sns_query.h"
#include "backends/aws/json_field.h"
#include "backends/aws/streams/metric_reply.h"
#include "backends/aws/streams/table_stream.h"
#include "base/percent.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::hours;
using std::chrono::minutes;

// A marker that never ends is no answer.
constexpr int kMaxPages = 1000;
constexpr auto kLookBack = hours(1);
constexpr auto kPeriod = minutes(5);

// "arn:aws:lambda:eu-west-1:123456789012:function:name:alias" -> "name"
std::string FunctionName(const std::string& arn_text) {
  const std::optional<Arn> arn = ParseArn(arn_text);
  if (!arn) return arn_text;
  std::string name = arn->resource;
  if (name.starts_with("function:")) name.erase(0, std::string_view("function:").size());
  return name.substr(0, name.find(':'));
}

bool Reads(std::string_view state) { return state != "Disabled" && state != "Disabling" && state != "Deleting"; }

}  // namespace

AwsStreamReaders::AwsStreamReaders(Clients clients, std::vector<std::string> tables, const Clock& clock)
    : clients_(std::move(clients)), tables_(std::move(tables)), clock_(clock) {}

Result<std::vector<StreamReader>> AwsStreamReaders::Of(const std::string& table) {
  TRY_ASSIGN(const std::string stream, StreamArnOf(DynamoTable(clients_.dynamodb, table, {})));
  std::vector<StreamReader> readers;
  std::string marker;
  for (int page = 0; page < kMaxPages; ++page) {
    HttpRequest request = clients_.lambda->Request(Method::kGet, "ListEventSourceMappings", "*");
    request.url.path = (request.url.path == "/" ? "" : request.url.path) + "/2015-03-31/event-source-mappings";
    request.url.query = {{"EventSourceArn", stream}};
    if (!marker.empty()) request.url.query.emplace_back("Marker", marker);
    TRY_ASSIGN(const HttpReply reply, clients_.lambda->Send(request));
    const Json json = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
    const auto mappings = json.is_object() ? json.find("EventSourceMappings") : json.end();
    if (mappings == json.end() || !mappings->is_array()) {
      return std::unexpected(BadReply(request.call, reply, "there is no list of mappings in it"));
    }
    for (const Json& mapping : *mappings) {
      StreamReader reader{.function = FunctionName(TextField(mapping, "FunctionArn")),
                          .table = table,
                          .reads = Reads(TextField(mapping, "State")),
                          .last_result = TextField(mapping, "LastProcessingResult")};
      if (reader.function.empty()) return std::unexpected(BadReply(request.call, reply, "a mapping has no function"));
      reader.behind = Behind(reader.function);
      readers.push_back(std::move(reader));
    }
    marker = TextField(json, "NextMarker");
    if (marker.empty()) return readers;
  }
  return std::unexpected(MakeError(ErrorCode::kBadReply, "the list of mappings does not end")
                             .WithOperation("lambda:ListEventSourceMappings"));
}

Result<std::optional<Duration>> AwsStreamReaders::Behind(const std::string& function) const {
  const UtcTime now = clock_.Now();
  HttpRequest request = clients_.cloudwatch->Request(Method::kPost, "GetMetricStatistics", "*");
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  std::string form = "Action=GetMetricStatistics&Version=2010-08-01";
  const auto add = [&form](std::string_view name, std::string_view value) {
    form += fmt::format("&{}={}", name, PercentEncode(value));
  };
  add("Namespace", "AWS/Lambda");
  add("MetricName", "IteratorAge");
  add("Dimensions.member.1.Name", "FunctionName");
  add("Dimensions.member.1.Value", function);
  add("StartTime", FormatIsoSeconds(now - kLookBack));
  add("EndTime", FormatIsoSeconds(now));
  add("Period", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(kPeriod).count()));
  add("Statistics.member.1", "Maximum");
  request.body = Body(std::move(form));
  TRY_ASSIGN(const HttpReply reply, clients_.cloudwatch->Send(request));
  const auto points = ReadMetricPoints(reply.body, "Maximum");
  if (!points) return std::unexpected(UnreadableReply(reply, request.call, points.error().message));
  if (points->empty()) return std::nullopt;
  const auto newest = std::ranges::max_element(*points, {}, &MetricPoint::begin);
  // A stream keeps records for a day: more is no age, and would not fit.
  const double milliseconds = std::clamp(newest->value, 0.0, 1000.0 * 86400 * 365);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(milliseconds));
}

}  // namespace vams::aws
