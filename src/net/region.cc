#include "net/region.h"

#include <algorithm>
#include <array>

namespace vams {
namespace {

struct Partition {
  std::string_view region_prefix;
  std::string_view name;
  std::string_view suffix;
};
// The last one is for all other regions.
constexpr std::array kPartitions{
    Partition{"cn-", "aws-cn", "amazonaws.com.cn"},       Partition{"us-gov-", "aws-us-gov", "amazonaws.com"},
    Partition{"us-iso-", "aws-iso", "c2s.ic.gov"},        Partition{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
    Partition{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"}, Partition{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
    Partition{"eusc-", "aws-eusc", "amazonaws.eu"},       Partition{"", "aws", "amazonaws.com"},
};

const Partition& Of(std::string_view region) {
  return *std::ranges::find_if(kPartitions, [&](const Partition& p) { return region.starts_with(p.region_prefix); });
}

}  // namespace

bool IsRegionName(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  if (text.empty() || text.size() > kLongest || text.front() == '-' || text.back() == '-') return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::string_view PartitionOf(std::string_view region) { return Of(region).name; }

std::string_view DnsSuffix(std::string_view region) { return Of(region).suffix; }

}  // namespace vams
