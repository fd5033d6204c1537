#include "backends/aws/arn.h"

#include <fmt/format.h>

#include <array>

#include "net/region.h"

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

}  // namespace vams::aws
