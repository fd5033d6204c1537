#include "backends/aws/aws_parameters.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/arn.h"
#include "backends/aws/json_field.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr AwsClient::JsonProtocol kSsmProtocol{.target = "AmazonSSM", .version = "1.1"};
constexpr std::string_view kOperation = "GetParameters";
constexpr std::size_t kNamesARequest = 10;

std::unexpected<Error> Unreadable(std::string_view what) {
  return std::unexpected(
      MakeError(ErrorCode::kBadReply, "the reply cannot be read: {}", what).WithOperation("ssm:GetParameters"));
}

}  // namespace

AwsParameters::AwsParameters(std::shared_ptr<const AwsClient> ssm, std::string account)
    : ssm_(std::move(ssm)), account_(std::move(account)) {}

// Of the parameter, or the narrowest one that covers all of `names`.
std::string AwsParameters::ArnOf(std::span<const std::string> names) const {
  std::string_view common = names.front();
  for (const std::string& name : names) {
    const auto [end, ignored] = std::ranges::mismatch(common, name);
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
  }
  const bool one = std::ranges::all_of(names, [&](const std::string& name) { return name == common; });
  std::string path = one ? std::string(common) : std::string(common.substr(0, common.rfind('/') + 1)) + "*";
  if (path.starts_with("arn:")) return path;
  return ResourceArn("ssm", ssm_->region(), account_, (path.starts_with('/') ? "parameter" : "parameter/") + path);
}

Result<std::vector<std::optional<std::string>>> AwsParameters::GetBatch(std::span<const std::string> names) const {
  Json body;
  body["Names"] = std::vector<std::string>(names.begin(), names.end());
  body["WithDecryption"] = true;
  TRY_ASSIGN(const Json reply, ssm_->CallJson(kSsmProtocol, kOperation,
                                              body.dump(-1, ' ', false, Json::error_handler_t::replace), ArnOf(names)));
  const auto parameters = reply.find("Parameters");
  if (parameters == reply.end() || !parameters->is_array()) return Unreadable("it has no Parameters");
  std::map<std::string, std::string> values;
  for (const Json& parameter : *parameters) {
    const auto value = parameter.is_object() ? parameter.find("Value") : parameter.end();
    if (value == parameter.end() || !value->is_string()) return Unreadable("a parameter has no Value");
    const std::string selector = TextField(parameter, "Selector");
    for (const char* name : {"Name", "ARN"}) {
      if (const std::string text = TextField(parameter, name); !text.empty())
        values[text + selector] = value->get<std::string>();
    }
  }
  const auto invalid = reply.find("InvalidParameters");
  const bool has_invalid = invalid != reply.end() && invalid->is_array();
  std::vector<std::optional<std::string>> answers;
  for (const std::string& name : names) {
    if (const auto it = values.find(name); it != values.end()) {
      answers.emplace_back(it->second);
    } else if (has_invalid && std::ranges::find(*invalid, Json(name)) != invalid->end()) {
      answers.emplace_back(std::nullopt);
    } else {
      return Unreadable("it says nothing about " + Printable(name));
    }
  }
  return answers;
}

Result<std::vector<std::optional<std::string>>> AwsParameters::GetMany(std::span<const std::string> names) {
  std::vector<std::string> asked(names.begin(), names.end());
  std::ranges::sort(asked);
  asked.erase(std::ranges::unique(asked).begin(), asked.end());
  std::map<std::string_view, std::optional<std::string>> values;
  for (std::size_t first = 0; first < asked.size(); first += kNamesARequest) {
    const auto batch =
        std::span<const std::string>(asked).subspan(first, std::min(kNamesARequest, asked.size() - first));
    TRY_ASSIGN(auto answers, GetBatch(batch));
    for (std::size_t i = 0; i < batch.size(); ++i) values[batch[i]] = std::move(answers[i]);
  }
  std::vector<std::optional<std::string>> result;
  result.reserve(names.size());
  for (const std::string& name : names) result.push_back(values.at(name));
  return result;
}

}  // namespace vams::aws
