#include "backends/aws/sns_query.h"

#include "base/percent.h"
#include "base/text.h"
#include "net/region.h"
#include "net/service_error.h"

namespace vams::aws {

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
  HttpRequest request = client.Request(Method::kPost, action, std::move(resource));
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  std::string form = "Action=" + PercentEncode(action) + "&Version=2010-03-31";
  std::size_t longest = form.size();
  for (const auto& [name, value] : parameters) longest += 2 + 3 * (name.size() + value.size());
  form.reserve(longest);
  for (const auto& [name, value] : parameters) {
    form += '&';
    AppendPercentEncoded(form, name);
    form += '=';
    AppendPercentEncoded(form, value);
  }
  request.body = Body(std::move(form));
  request.readable = LooksLikeXml;
  return request;
}

Error UnreadableReply(const HttpReply& reply, const Call& call, std::string_view what) {
  if (!ReadServiceError(call.service, reply).code.empty()) return FromService(reply, call);
  return BadReply(call, reply, what);
}

}  // namespace vams::aws
