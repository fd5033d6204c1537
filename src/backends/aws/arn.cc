#include "backends/aws/arn.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace vams::aws {

std::optional<Arn> ParseArn(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || text.empty()) return std::nullopt;
  return Arn{.partition = std::string(parts[1]),
             .service = std::string(parts[2]),
             .region = std::string(parts[3]),
             .account = std::string(parts[4]),
             .resource = std::string(text)};
}

std::string FormatArn(const Arn& arn) {
  return fmt::format("arn:{}:{}:{}:{}:{}", arn.partition, arn.service, arn.region, arn.account, arn.resource);
}

std::string ResourceArn(std::string_view service, std::string_view region, std::string_view account,
                        std::string_view resource) {
  return FormatArn({.partition = std::string(PartitionOf(region)),
                    .service = std::string(service),
                    .region = std::string(region),
                    .account = account.empty() ? "*" : std::string(account),
                    .resource = std::string(resource)});
}

std::string_view PartitionOf(std::string_view region) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array kByPrefix = {Row{"cn-", "aws-cn"},         Row{"us-gov-", "aws-us-gov"},
                                    Row{"us-iso-", "aws-iso"},    Row{"us-isob-", "aws-iso-b"},
                                    Row{"eu-isoe-", "aws-iso-e"}, Row{"us-isof-", "aws-iso-f"},
                                    Row{"eusc-", "aws-eusc"}};
  for (const auto& [prefix, partition] : kByPrefix) {
    if (region.starts_with(prefix)) return partition;
  }
  return "aws";
}

bool IsRegionName(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 32 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, allowed);
}

}  // namespace vams::aws
