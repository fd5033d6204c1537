#include "backends/aws/events/sns_query.h"

#include "base/percent.h"
#include "base/text.h"
#include "net/region.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

std::string BeginForm(std::string_view action) { return "Action=" + PercentEncode(action) + "&Version=2010-03-31"; }

// The name consists of what needs no encoding.
void AppendField(std::string& form, std::string_view name, std::string_view value) {
  form.append("&").append(name).append("=");
  AppendPercentEncoded(form, value);
}

HttpRequest FormRequest(const AwsClient& client, std::string_view action, std::string resource, std::string form) {
  HttpRequest request = client.Request(Method::kPost, action, std::move(resource));
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = Body(std::move(form));
  request.readable = LooksLikeXml;
  return request;
}

}  // namespace

Result<Arn> ReadTopicArn(std::string_view text) {
  std::optional<Arn> arn = ParseArn(text);
  if (!arn || arn->service != "sns" || !IsRegionName(arn->region) || arn->resource.find(':') != std::string::npos) {
    return std::unexpected(
        MakeError(ErrorCode::kUsage, "'{}' is no ARN of an SNS topic", Printable(text))
            .WithHint("it looks like arn:aws:sns:eu-west-1:123456789012:name; `aws sns list-topics` shows them"));
  }
  return std::move(*arn);
}

HttpRequest SnsRequest(const AwsClient& client, std::string_view action, std::string resource,
                       const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string form = BeginForm(action);
  for (const auto& [name, value] : parameters) AppendField(form, name, value);
  return FormRequest(client, action, std::move(resource), std::move(form));
}

HttpRequest PublishBatchRequest(const AwsClient& client, std::string_view topic, std::span<const TopicMessage> messages,
                                std::span<const std::size_t> sent) {
  constexpr std::string_view kEntry = "PublishBatchRequestEntries.member.";
  constexpr std::size_t kNames = 200;  // of an entry, with its id
  std::string form = BeginForm("PublishBatch");
  std::size_t most = form.size() + 4 * topic.size();
  for (const std::size_t i : sent) most += kNames + messages[i].body.size() * 3 / 2 + 3 * messages[i].subject.size();
  form.reserve(most);
  AppendField(form, "TopicArn", topic);
  std::string name;
  for (std::size_t n = 0; n < sent.size(); ++n) {
    const TopicMessage& message = messages[sent[n]];
    name.assign(kEntry).append(std::to_string(n + 1));
    const std::size_t member = name.size();
    AppendField(form, name.append(".Id"), std::to_string(n));
    name.resize(member);
    AppendField(form, name.append(".Message"), message.body);
    name.resize(member);
    if (!message.subject.empty()) AppendField(form, name.append(".Subject"), message.subject);
  }
  return FormRequest(client, "PublishBatch", std::string(topic), std::move(form));
}

Error UnreadableReply(const HttpReply& reply, const Call& call, std::string_view what) {
  if (!ReadServiceError(call.service, reply).code.empty()) return FromService(reply, call);
  return BadReply(call, reply, what);
}

}  // namespace vams::aws
