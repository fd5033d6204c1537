#include "testing/rig/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "testing/rig/hash.h"
#include "testing/rig/service.h"

namespace vams::rig {
namespace {

constexpr std::string_view kKey = "ASIARIG";
constexpr std::uint64_t kJitterSalt = 0x6a09e667;
constexpr std::uint64_t kEntrySalt = 0xbb67ae85;
constexpr double kBurstSeconds = 0.1;
constexpr double kLeastBurst = 10;  // one batch

double Seconds(Nanoseconds t) { return std::chrono::duration<double>(t).count(); }
Nanoseconds FromMs(double ms) { return Nanoseconds(static_cast<std::int64_t>(ms * 1e6)); }

std::string XmlError(Service service, std::string_view code, std::string_view message) {
  if (service == Service::kS3) {
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>"
        "<RequestId>rig</RequestId></Error>",
        code, message);
  }
  return fmt::format(
      "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>"
      "<RequestId>rig</RequestId></ErrorResponse>",
      code, message);
}

struct Words {
  int status;
  std::string_view code;
  std::string_view message;
};

Words WordsOf(Fault fault, Service service) {
  const bool dynamo = service == Service::kDynamoDb;
  const bool json = dynamo || service == Service::kSsm || service == Service::kSqs;
  switch (fault) {
    case Fault::kThrottle:
      if (service == Service::kS3) return {503, "SlowDown", "Please reduce your request rate."};
      if (dynamo) return {400, "ProvisionedThroughputExceededException", "The level of throughput was exceeded"};
      if (service == Service::kSsm) return {400, "ThrottlingException", "Rate exceeded"};
      if (service == Service::kSqs) return {403, "RequestThrottled", "Request is throttled."};
      return {400, "Throttling", "Rate exceeded"};
    case Fault::kExpired:
      if (service == Service::kS3) return {400, "ExpiredToken", "The provided token has expired."};
      return {json ? 400 : 403, json ? "ExpiredTokenException" : "ExpiredToken",
              "The security token included in the request is expired"};
    case Fault::kAccessDenied:
      if (service == Service::kS3) return {403, "AccessDenied", "Access Denied"};
      if (service == Service::kSns) return {403, "AuthorizationError", "User is not authorized to perform this"};
      return {json ? 400 : 403, json ? "AccessDeniedException" : "AccessDenied",
              "User is not authorized to perform this"};
    default: return {503, "ServiceUnavailable", "The service is unavailable"};
  }
}

void AnswerSearchFault(Fault fault, Reply& reply) {
  switch (fault) {
    case Fault::kThrottle:
      return reply.Refuse(
          429, "application/json",
          R"({"error":{"type":"opensearch_rejected_execution_exception","reason":"full"},"status":429})");
    case Fault::kExpired:
      return reply.Refuse(403, "application/json",
                          R"({"message":"The security token included in the request is expired"})");
    case Fault::kAccessDenied:
      return reply.Refuse(403, "application/json",
                          R"({"error":{"type":"security_exception","reason":"no permissions"},"status":403})");
    default: return reply.Refuse(503, "text/html", "<html><body>503 Service Unavailable</body></html>");
  }
}

bool Contains(const std::vector<Operation>& operations, Operation operation) {
  return std::ranges::find(operations, operation) != operations.end();
}

}  // namespace

std::uint64_t Faults::Span(Nanoseconds now) const {
  return static_cast<std::uint64_t>(Seconds(now) / plan_.expired_every_s);
}

bool Faults::IsExpired(const Request& request, Nanoseconds now) const {
  if (plan_.expired_every_s <= 0) return false;
  const std::size_t at = request.authorization.find(kKey);
  if (at == std::string_view::npos) return false;
  const std::string_view digits = request.authorization.substr(at + kKey.size());
  std::int64_t given_out = 0;  // in milliseconds
  std::from_chars(digits.data(), digits.data() + digits.size(), given_out);
  return Span(std::chrono::milliseconds(given_out)) != Span(now);
}

std::string Faults::Credentials(Nanoseconds now, double valid_seconds) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto expiration = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
                          std::chrono::milliseconds(static_cast<std::int64_t>(valid_seconds * 1000));
  return nlohmann::json{{"Version", 1},
                        {"AccessKeyId", fmt::format("{}{:013d}X{}", kKey, ms, keys_++ % 10)},
                        {"SecretAccessKey", "rig-secret"},
                        {"SessionToken", fmt::format("rig-token-{}", ms)},
                        {"Expiration", FormatIsoSeconds(expiration)}}
      .dump();
}

bool Faults::InOutage(const World& world, Nanoseconds now) const {
  if (plan_.outage_for_s <= 0 || !world.began()) return false;
  const double since = Seconds(world.SinceFirst(now));
  return since >= plan_.outage_from_s && since < plan_.outage_from_s + plan_.outage_for_s;
}

bool Faults::Refuses(const World& world, Nanoseconds now) const { return plan_.outage_refuses && InOutage(world, now); }

bool Faults::OverLimit(std::uint64_t events, const World& world, Nanoseconds now) {
  const double since = Seconds(world.SinceFirst(now));
  double rate = -1;
  for (const auto& [from, limit] : plan_.sns_limit) {
    if (since >= from) rate = limit;
  }
  if (rate < 0) return false;
  const double most = std::max(kLeastBurst, rate * kBurstSeconds);
  tokens_ = filled_at_.count() < 0 ? most : std::min(most, tokens_ + Seconds(now - filled_at_) * rate);
  filled_at_ = now;
  if (tokens_ < static_cast<double>(events)) return true;
  tokens_ -= static_cast<double>(events);
  return false;
}

bool Faults::EntryFails() {
  return plan_.partial > 0 && Unit(Mix(seed_ ^ Mix(kEntrySalt + entries_++))) < plan_.partial;
}

Faults::Decision Faults::Decide(Operation operation, const Request& request, const World& world, Nanoseconds now) {
  const std::uint64_t number = world.counters.requests[static_cast<std::size_t>(operation)];
  const std::uint64_t mixed = Mix(seed_ ^ Mix(number * kOperations + static_cast<std::uint64_t>(operation)));
  Decision decision{.delay = FromMs(plan_.latency_ms)};
  if (plan_.jitter_ms > 0) decision.delay += FromMs(plan_.jitter_ms * Unit(Mix(mixed ^ kJitterSalt)));
  if (InOutage(world, now)) {
    decision.fault = Fault::kUnavailable;
  } else if (IsExpired(request, now)) {
    decision.fault = Fault::kExpired;
  } else if (Contains(plan_.access_denied, operation)) {
    decision.fault = Fault::kAccessDenied;
  } else if (plan_.operations.empty() || Contains(plan_.operations, operation)) {
    double left = Unit(mixed);
    const auto take = [&left](double share) {
      const bool taken = left >= 0 && left < share;
      left -= share;
      return taken;
    };
    if (take(plan_.throttle)) decision.fault = Fault::kThrottle;
    if (take(plan_.reset)) decision.fault = Fault::kReset;
    if (take(plan_.lost_reply)) decision.fault = Fault::kLostReply;
    if (take(plan_.truncate)) decision.fault = Fault::kTruncate;
    if (take(plan_.garbage)) decision.fault = Fault::kGarbage;
    if (take(plan_.slow_body)) decision.fault = Fault::kSlowBody;
  }
  const bool publishes = operation == Operation::kPublishBatch || operation == Operation::kPublish;
  if (decision.fault == Fault::kNone && publishes && OverLimit(EventsOf(request), world, now)) {
    decision.fault = Fault::kThrottle;
  }
  return decision;
}

void AnswerFault(Fault fault, Operation operation, Reply& reply) {
  const Service service = ServiceOf(operation);
  if (service == Service::kOpenSearch) return AnswerSearchFault(fault, reply);
  const Words words = WordsOf(fault, service);
  switch (service) {
    case Service::kS3:
    case Service::kSns:
    case Service::kSts: return reply.Refuse(words.status, "text/xml", XmlError(service, words.code, words.message));
    default: break;
  }
  const std::string_view before = service == Service::kDynamoDb ? "com.amazonaws.dynamodb.v20120810#" : "";
  reply.Refuse(words.status, "application/x-amz-json-1.0",
               fmt::format(R"({{"__type":"{}{}","message":"{}"}})", before, words.code, words.message));
}

}  // namespace vams::rig
