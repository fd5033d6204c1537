#include "backends/embedded/s3_event.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace vams::embedded {
namespace {

std::string_view EventName(const StoredObject& object, bool versioned) {
  if (!object.delete_marker) return "ObjectCreated:Put";
  return versioned ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectRemoved:Delete";
}

}  // namespace

std::string EncodeEventKey(std::string_view key) {
  constexpr std::string_view kKept = "-_.*/";
  std::string out;
  out.reserve(key.size());
  for (const char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kKept.contains(c)) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string S3EventBody(const StoredObject& object, bool versioned, UtcTime at, std::uint64_t sequencer) {
  using Json = nlohmann::ordered_json;
  Json described = {{"key", EncodeEventKey(object.key)}};
  if (!object.delete_marker) {
    described["size"] = object.size;
    described["eTag"] = object.etag;
  }
  if (object.version_id) described["versionId"] = *object.version_id;
  described["sequencer"] = fmt::format("{:016X}", sequencer);
  const Json record = {
      {"eventVersion", "2.1"},
      {"eventSource", "aws:s3"},
      {"awsRegion", "local"},
      {"eventTime", FormatIsoMillis(at)},
      {"eventName", EventName(object, versioned)},
      {"userIdentity", {{"principalId", "VAMS-LOCAL"}}},
      {"requestParameters", {{"sourceIPAddress", "127.0.0.1"}}},
      {"responseElements", {{"x-amz-request-id", "LOCAL"}, {"x-amz-id-2", "LOCAL"}}},
      {"s3",
       {{"s3SchemaVersion", "1.0"},
        {"configurationId", "vams-local"},
        {"bucket",
         {{"name", object.bucket},
          {"ownerIdentity", {{"principalId", "VAMS"}}},
          {"arn", fmt::format("arn:aws:s3:::{}", object.bucket)}}},
        {"object", std::move(described)}}},
  };
  Json event;
  event["Records"] = Json::array({record});
  return event.dump();
}

}  // namespace vams::embedded
