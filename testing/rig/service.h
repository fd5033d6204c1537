#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "testing/rig/http_message.h"
#include "testing/rig/operation.h"
#include "testing/rig/world.h"

// The services, one file each: what they answer where no fault is meant.
namespace vams::rig {

inline constexpr std::string_view kRegion = "us-east-1";
inline constexpr std::string_view kAccount = "123456789012";
inline constexpr std::string_view kAssetIndex = "vams-rig-assets";
inline constexpr std::string_view kFileIndex = "vams-rig-files";
inline constexpr std::string_view kAssetTable = "vams-rig-assets";
inline constexpr std::string_view kBucketTable = "vams-rig-buckets";
inline constexpr std::string_view kMetadataTable = "vams-rig-metadata";
inline constexpr std::string_view kLinkTable = "vams-rig-links";
inline constexpr std::string_view kVersionTable = "vams-rig-versions";

// What does not change while the rig runs.
struct Settings {
  bool refuse_delimiter = false;  // ListObjectsV2
  bool any_update = false;        // UpdateItem without a condition is applied, as DynamoDB does, and not refused
};

// What a handler may use of the rig.
struct Serving {
  World& world;
  const Settings& settings;
  Nanoseconds now;
  std::uint16_t port = 0;
  std::uint16_t search_port = 0;
  std::string_view table_gone;
  std::string& scratch;
  // Of PublishBatch: is the next entry to fail?
  const std::function<bool()>& entry_fails;
};

std::string TopicArn(std::uint64_t bucket);

// `reply` is clear.
void ServeS3(const Serving& serving, Operation operation, const Request& request, Reply& reply);
void ServeSns(const Serving& serving, Operation operation, const Request& request, Reply& reply);
void ServeDynamoDb(const Serving& serving, Operation operation, const Request& request, Reply& reply);
void ServeSearch(const Serving& serving, Operation operation, const Request& request, Reply& reply);
// SSM, STS and SQS.
void ServeSmall(const Serving& serving, Operation operation, const Request& request, Reply& reply);

// How many events a PublishBatch or Publish holds.
std::uint64_t EventsOf(const Request& request);

}  // namespace vams::rig
