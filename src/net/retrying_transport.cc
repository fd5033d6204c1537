#include <charconv>

#include "net/http_date.h"
#include "net/service_error.h"
#include "net/transport_layers.h"

namespace vams {
namespace {

using Kind = TryOutcome::Kind;

// Less is within what services accept, so the signature was refused for something else.
constexpr Duration kSkewThatMatters = std::chrono::minutes(4);

std::optional<Duration> Number(std::string_view text, Duration unit) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return unit * std::int64_t{n};
}

// Seconds, or a date of the server's clock.
std::optional<Duration> RetryAfter(const HttpReply& reply) {
  const std::string_view text = reply.headers.Get("retry-after");
  if (const auto seconds = Number(text, std::chrono::seconds(1))) return seconds;
  const auto until = ParseHttpDate(text);
  const auto now = ParseHttpDate(reply.headers.Get("date"));
  if (!until || !now || *until < *now) return std::nullopt;
  return *until - *now;
}

// A signature that was refused, or a refusal that gives no reason, as those of a HEAD.
bool MayBeTheClock(const HttpReply& reply, const ServiceError& said, ErrorClass cls) {
  return cls == ErrorClass::kClockSkew || (said.code.empty() && (reply.status == 400 || reply.status == 403));
}

bool MayHaveBeenApplied(int status) { return status == 500 || status == 502 || status == 504; }

}  // namespace

RetryingTransport::RetryingTransport(std::shared_ptr<Transport> next, std::unique_ptr<RetryClient> client,
                                     std::shared_ptr<ClockOffset> time)
    : next_(std::move(next)), client_(std::move(client)), time_(std::move(time)) {}

TryOutcome RetryingTransport::Judge(const HttpRequest& request, const Sent& sent) {
  if (!sent) {
    const TransportError& error = sent.error();
    const bool again = error.cause ? error.cause->retryable : MayPass(error.kind);
    return {.kind = again ? Kind::kTransient : Kind::kFailed, .may_have_been_applied = error.may_have_been_applied};
  }
  if (sent->status >= 200 && sent->status <= 299) {
    if (request.readable == nullptr || request.readable(*sent)) return {.kind = Kind::kDone};
    return {.kind = Kind::kTransient, .may_have_been_applied = true};
  }
  const ServiceError said = ReadServiceError(request.call.service, *sent);
  const ErrorClass cls = Classify(request.call.service, said).cls;
  if (sent->signed_at && MayBeTheClock(*sent, said, cls)) {
    // The date of this very try counts: another thread may have set the offset since.
    const auto server = ParseHttpDate(sent->headers.Get("date"));
    if (server && std::chrono::abs(*server - *sent->signed_at) >= kSkewThatMatters) {
      time_->SetServerTime(*server);
      return {.kind = Kind::kAgainAtOnce};
    }
  }
  if (cls == ErrorClass::kExpired && sent->signed_at) return {.kind = Kind::kAgainAtOnce};
  if (!MayPass(cls)) return {.kind = Kind::kFailed};
  return {.kind = cls == ErrorClass::kThrottled ? Kind::kThrottled : Kind::kTransient,
          .may_have_been_applied = cls != ErrorClass::kThrottled && MayHaveBeenApplied(sent->status),
          .retry_after_hint = Number(sent->headers.Get("x-amz-retry-after"), std::chrono::milliseconds(1)),
          .retry_after = RetryAfter(*sent)};
}

Sent RetryingTransport::Send(HttpRequest& request) {
  int attempts = 0;
  Sent sent = Retry(
      *client_, request.call, request.idempotency,
      [&](int) {
        ++attempts;
        return next_->Send(request);
      },
      [&](const Sent& result) { return Judge(request, result); });
  (sent ? sent->attempts : sent.error().attempts) = attempts;
  return sent;
}

}  // namespace vams
