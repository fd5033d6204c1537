#include "events/reindex_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace vams {
namespace {

std::string Quoted(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  if (std::ranges::all_of(text, plain)) return std::string(1, '"').append(text).append(1, '"');
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool IsUnreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~' || c == '/';
}

}  // namespace

std::string EncodeEventKey(std::string_view key, KeyEncoding encoding) {
  if (encoding == KeyEncoding::kRaw) return std::string(key);
  std::string out;
  out.reserve(key.size() + 8);
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    const bool escape = encoding == KeyEncoding::kMinimal ? (c == '%' || c == '+') : (!IsUnreserved(byte) && c != ' ');
    if (escape) {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    } else if (c == ' ' && encoding == KeyEncoding::kS3) {
      out.push_back('+');
    } else {
      out.push_back(c);
    }
  }
  return out;
}

TopicMessage BuildReindexEvent(const EventFacts& facts, KeyEncoding encoding) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(facts.last_modified).time_since_epoch().count();
  const std::string version =
      facts.version_id ? fmt::format(R"(,"versionId":{})", Quoted(*facts.version_id)) : std::string{};
  return TopicMessage{
      .subject = std::string(kReindexSubject),
      .body =
          fmt::format(R"({{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":{},"eventTime":"{}",)"
                      R"("eventName":"ObjectCreated:Put","userIdentity":{{"principalId":"VAMS-REINDEX-UTILITY"}},)"
                      R"("requestParameters":{{"sourceIPAddress":"127.0.0.1"}},)"
                      R"("responseElements":{{"x-amz-request-id":"REINDEX","x-amz-id-2":"REINDEX"}},)"
                      R"("s3":{{"s3SchemaVersion":"1.0","configurationId":"vams-reindex",)"
                      R"("bucket":{{"name":{},"ownerIdentity":{{"principalId":"VAMS"}},"arn":{}}},)"
                      R"("object":{{"key":{},"size":{},"eTag":{}{},"sequencer":"{:010X}00000000"}}}}}}]}})",
                      Quoted(facts.region), FormatIsoMillis(facts.last_modified), Quoted(facts.bucket),
                      Quoted(fmt::format("arn:aws:s3:::{}", facts.bucket)), Quoted(EncodeEventKey(facts.key, encoding)),
                      facts.size.value, Quoted(facts.etag), version, seconds < 0 ? 0 : seconds),
  };
}

}  // namespace vams
