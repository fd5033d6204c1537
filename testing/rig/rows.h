#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "testing/rig/world.h"

// The records of the tables, as DynamoDB writes them in JSON.
namespace vams::rig {

// All append. The asset must not be deleted.
void AppendAssetRow(const World& world, std::uint64_t asset, std::string& out);
void AppendAssetKey(const World& world, std::uint64_t asset, std::string& out);
void AppendBucketRow(const Deployment& deployment, std::uint64_t bucket, std::string& out);

std::string BucketId(std::uint64_t bucket);
std::optional<std::uint64_t> FindBucketId(const Deployment& deployment, std::string_view id);
// How many of the rig's edits the text of a description shows.
std::uint32_t EditsShown(std::string_view description);

}  // namespace vams::rig
