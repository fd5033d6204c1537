#include "events/reindex_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

namespace vams {
namespace {

using namespace std::string_view_literals;  // their lengths are known to the compiler

// Whether JSON writes it as it is: printable ASCII but '"' and '\\', looked at by eights.
bool IsPlain(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  // The high bit of some byte is set where one of the eight is not as wanted: by itself, by what is added to 0x7F, or
  // by what is taken from less than 0x20 or, after '^', from nothing. What is carried on comes from such a byte only.
  const auto mark = [](std::uint64_t eight) {
    return eight | (eight + kOnes) | (eight - 0x20 * kOnes) | ((eight ^ ('"' * kOnes)) - kOnes) |
           ((eight ^ ('\\' * kOnes)) - kOnes);
  };
  std::uint64_t marked = 0;
  std::uint64_t eight = 0;
  for (; text.size() >= sizeof eight; text.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, text.data(), sizeof eight);
    marked |= mark(eight);
  }
  eight = ' ' * kOnes;
  std::memcpy(&eight, text.data(), text.size());
  marked |= mark(eight);
  return (marked & kHighBits) == 0;
}

// As within quotes.
void AppendEscaped(std::string& out, std::string_view text) {
  if (IsPlain(text)) {
    out += text;
  } else {
    const std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(quoted, 1, quoted.size() - 2);
  }
}

// Seconds in hexadecimal digits, ten or more, and eight zeros.
void AppendSequencer(std::string& out, std::uint64_t seconds) {
  std::array<char, 16> digits{};
  std::size_t from = digits.size();
  for (; seconds != 0 || from > 6; seconds >>= 4) digits[--from] = "0123456789ABCDEF"[seconds & 15];
  out.append(digits.data() + from, digits.size() - from).append("00000000");
}

bool NeedsNoEncoding(std::string_view key, KeyEncoding encoding) {
  switch (encoding) {
    case KeyEncoding::kRaw: return true;
    case KeyEncoding::kMinimal: return !key.contains('%') && !key.contains('+');
    case KeyEncoding::kS3: return false;
  }
  return false;
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

Bytes MostBytesOfReindexEvent(const EventFacts& facts) {
  constexpr std::size_t kFixed = 800;
  constexpr std::size_t kLongest = 6;  // \u001f: what one byte may become in JSON
  const std::size_t version = facts.version_id ? facts.version_id->size() : 0;
  return Bytes{kFixed + kLongest * (facts.region.size() + 2 * facts.bucket.size() + facts.key.size() +
                                    facts.etag.size() + version)};
}

TopicMessage BuildReindexEvent(const EventFacts& facts, KeyEncoding encoding) {
  TopicMessage message;
  WriteReindexEvent(facts, encoding, message);
  return message;
}

void WriteReindexEvent(const EventFacts& facts, KeyEncoding encoding, TopicMessage& message) {
  constexpr std::size_t kFixed = 640;  // all that is the same in each, and numbers
  const auto seconds = std::chrono::floor<std::chrono::seconds>(facts.last_modified).time_since_epoch().count();
  message.subject = kReindexSubject;
  std::string& out = message.body;
  out.clear();
  out.reserve(kFixed + 2 * facts.bucket.size() + facts.key.size() + facts.etag.size());
  out += R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":")"sv;
  AppendEscaped(out, facts.region);
  out += R"(","eventTime":")"sv;
  AppendIsoMillis(out, facts.last_modified);
  out += R"(","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"VAMS-REINDEX-UTILITY"},)"
         R"("requestParameters":{"sourceIPAddress":"127.0.0.1"},)"
         R"("responseElements":{"x-amz-request-id":"REINDEX","x-amz-id-2":"REINDEX"},)"
         R"("s3":{"s3SchemaVersion":"1.0","configurationId":"vams-reindex","bucket":{"name":")"sv;
  AppendEscaped(out, facts.bucket);
  out += R"(","ownerIdentity":{"principalId":"VAMS"},"arn":"arn:aws:s3:::)"sv;
  AppendEscaped(out, facts.bucket);
  out += R"("},"object":{"key":")"sv;
  if (NeedsNoEncoding(facts.key, encoding)) {
    AppendEscaped(out, facts.key);
  } else {
    AppendEscaped(out, EncodeEventKey(facts.key, encoding));
  }
  out.append(R"(","size":)").append(std::to_string(facts.size.value)).append(R"(,"eTag":")");
  AppendEscaped(out, facts.etag);
  if (facts.version_id) {
    out += R"(","versionId":")"sv;
    AppendEscaped(out, *facts.version_id);
  }
  out += R"(","sequencer":")"sv;
  AppendSequencer(out, seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds));
  out += R"("}}}]})"sv;
}

}  // namespace vams
