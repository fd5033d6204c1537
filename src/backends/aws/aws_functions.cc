#include "backends/aws/aws_functions.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

// More pages than any account has functions for: a marker that never ends is no answer.
constexpr int kMaxPages = 10'000;

std::optional<FunctionSettings> ReadFunction(const Json& function, std::span<const std::string_view> variables) {
  if (!function.is_object()) return std::nullopt;
  const auto name = function.find("FunctionName");
  const auto environment = function.find("Environment");
  if (name == function.end() || !name->is_string()) return std::nullopt;
  if (environment == function.end() || !environment->is_object()) return std::nullopt;
  const auto all = environment->find("Variables");
  if (all == environment->end() || !all->is_object()) return std::nullopt;
  FunctionSettings settings{.name = name->get<std::string>(), .variables = {}};
  for (const std::string_view wanted : variables) {
    const auto value = all->find(wanted);
    if (value != all->end() && value->is_string()) settings.variables.emplace(wanted, value->get<std::string>());
  }
  if (settings.variables.empty()) return std::nullopt;
  return settings;
}

}  // namespace

Result<std::vector<FunctionSettings>> ListFunctions(const AwsClient& lambda,
                                                    std::span<const std::string_view> variables) {
  std::vector<FunctionSettings> found;
  std::string marker;
  for (int page = 0; page < kMaxPages; ++page) {
    HttpRequest request = lambda.Request(Method::kGet, "ListFunctions", "*");
    request.url.path = (request.url.path == "/" ? "" : request.url.path) + "/2015-03-31/functions";
    request.url.query = {{"MaxItems", "50"}};
    if (!marker.empty()) request.url.query.emplace_back("Marker", marker);
    TRY_ASSIGN(const HttpReply reply, lambda.Send(request));
    const Json json = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
    const auto functions = json.is_object() ? json.find("Functions") : json.end();
    if (functions == json.end() || !functions->is_array()) {
      return std::unexpected(BadReply(request.call, reply, "there is no list of functions in it"));
    }
    for (const Json& function : *functions) {
      if (auto settings = ReadFunction(function, variables)) found.push_back(std::move(*settings));
    }
    const auto next = json.find("NextMarker");
    if (next == json.end() || !next->is_string() || next->get_ref<const std::string&>().empty()) return found;
    marker = next->get<std::string>();
  }
  return std::unexpected(
      MakeError(ErrorCode::kBadReply, "the list of functions does not end").WithOperation("lambda:ListFunctions"));
}

}  // namespace vams::aws
