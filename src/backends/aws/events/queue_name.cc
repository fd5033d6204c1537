#include "backends/aws/events/queue_name.h"

#include <vector>

#include "base/percent.h"
#include "base/text.h"
#include "net/http.h"
#include "net/region.h"

namespace vams::aws {
namespace {

std::unexpected<Error> NoQueue(std::string_view text, std::string_view why) {
  return std::unexpected(
      MakeError(ErrorCode::kUsage, "'{}' is neither URL nor ARN of an SQS queue: {}", Printable(text), why)
          .WithHint("`aws sqs list-queues` shows the URLs; they look like "
                    "https://sqs.eu-west-1.amazonaws.com/123456789012/name"));
}

// sqs.eu-west-1.amazonaws.com, vpce-1.sqs.eu-west-1.vpce.amazonaws.com, and the old eu-west-1.queue.amazonaws.com and
// queue.amazonaws.com; "" for hosts that are not AWS's.
std::string RegionOfHost(std::string_view host) {
  if (!host.ends_with(".amazonaws.com") && !host.ends_with(".amazonaws.com.cn")) return {};
  if (host.starts_with("queue.")) return "us-east-1";
  const std::vector<std::string_view> labels = Split(host, '.');
  for (std::size_t i = 0; i + 1 < labels.size(); ++i) {
    if (labels[i] == "sqs" || labels[i] == "sqs-fips") return std::string(labels[i + 1]);
    if (labels[i + 1] == "queue") return std::string(labels[i]);
  }
  return {};
}

}  // namespace

Result<QueueName> ReadQueueName(std::string_view text, const std::string& home_region) {
  if (text.starts_with("arn:")) {
    std::optional<Arn> arn = ParseArn(text);
    if (!arn || arn->service != "sqs" || !IsRegionName(arn->region)) return NoQueue(text, "not an ARN of SQS");
    return QueueName{.url = {}, .arn = std::move(*arn)};
  }
  const Result<Url> url = ParseUrl(text);
  if (!url) return NoQueue(text.find('@') == std::string_view::npos ? text : "", url.error().message);
  const std::vector<std::string_view> parts = Split(url->path, '/');
  if (parts.empty() || parts.back().empty() || !url->query.empty()) return NoQueue(text, "it has no name of a queue");
  QueueName name{.url = std::string(text), .arn = {}};
  name.arn.service = "sqs";
  name.arn.region = RegionOfHost(url->host);
  if (!IsRegionName(name.arn.region)) name.arn.region = home_region;
  name.arn.partition = PartitionOf(name.arn.region);
  name.arn.resource = PercentDecode(parts.back());
  if (parts.size() >= 3) name.arn.account = parts[parts.size() - 2];
  return name;
}

}  // namespace vams::aws
