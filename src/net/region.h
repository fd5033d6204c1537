#pragma once

#include <string_view>

// What the name of a region tells.
namespace vams {

// Has the text the form of a region's name? Names end up in host names: nothing else may. Says nothing about existence.
bool IsRegionName(std::string_view text);

// Which world of AWS a region belongs to: "aws", "aws-cn", "aws-us-gov", ...
std::string_view PartitionOf(std::string_view region);
// "amazonaws.com", "amazonaws.com.cn", ... of the region's partition.
std::string_view DnsSuffix(std::string_view region);

}  // namespace vams
