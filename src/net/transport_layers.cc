#include "net/transport_layers.h"

#include "base/text.h"
#include "net/gzip.h"
#include "net/service_error.h"

namespace vams {
namespace {

constexpr std::size_t kKeptKeys = 8;
// Below this the header and the CPU cost more than the bytes saved.
constexpr std::size_t kLeastToCompress = 1024;

Sent NoCredentials(Error cause) {
  std::string message = cause.message;
  return std::unexpected(TransportError{
      .kind = TransportError::Kind::kCredentials, .message = std::move(message), .cause = std::move(cause)});
}

}  // namespace

SigningTransport::SigningTransport(std::shared_ptr<Transport> next, std::shared_ptr<CredentialsProvider> credentials,
                                   std::shared_ptr<const ClockOffset> time)
    : next_(std::move(next)), credentials_(std::move(credentials)), time_(std::move(time)) {}

std::shared_ptr<const SigningTransport::KeptKey> SigningTransport::KeyFor(const Credentials& credentials,
                                                                          const SigningScope& scope, UtcTime when) {
  const std::string date = FormatSigningTime(when).substr(0, 8);
  MutexLock lock(mu_);
  for (const auto& kept : keys_) {
    if (kept->key.date == date && kept->scope == scope && kept->access_key_id == credentials.access_key_id &&
        kept->secret == credentials.secret_access_key) {
      return kept;
    }
  }
  if (keys_.size() >= kKeptKeys) keys_.erase(keys_.begin());
  keys_.push_back(
      std::make_shared<const KeptKey>(KeptKey{.access_key_id = credentials.access_key_id,
                                              .secret = credentials.secret_access_key,
                                              .scope = scope,
                                              .key = DeriveSigningKey(credentials.secret_access_key, date, scope)}));
  return keys_.back();
}

Sent SigningTransport::Send(HttpRequest& request) {
  if (!request.sign) return next_->Send(request);
  if (credentials_ == nullptr) {
    return NoCredentials(MakeError(ErrorCode::kAccessDenied, "there are no credentials to sign with"));
  }
  const Result<Credentials> credentials = credentials_->Get();
  if (!credentials) return NoCredentials(credentials.error());

  const UtcTime when = std::chrono::floor<std::chrono::seconds>(time_->Now());
  const auto kept = KeyFor(*credentials, *request.sign, when);
  Sign(request, *credentials, *request.sign, when, SigningOptionsFor(request.sign->service), &kept->key);
  Sent sent = next_->Send(request);
  if (!sent) return sent;
  sent->signed_at = when;
  const bool refused = sent->status == 400 || sent->status == 401 || sent->status == 403;
  if (refused &&
      Classify(request.call.service, ReadServiceError(request.call.service, *sent)).cls == ErrorClass::kExpired) {
    credentials_->Refused(*credentials);
  }
  return sent;
}

PacedTransport::PacedTransport(std::shared_ptr<Transport> next, PerSecond rate, const Clock& clock, Sleep sleep)
    : next_(std::move(next)), limiter_(clock, rate, ItemCount{0}), sleep_(std::move(sleep)) {}

Sent PacedTransport::Send(HttpRequest& request) {
  const Duration wait = limiter_.Acquire(ItemCount{1});
  if (wait > Duration{0} && !sleep_(wait)) {
    return std::unexpected(TransportError{.kind = TransportError::Kind::kCancelled, .message = "cancelled"});
  }
  return next_->Send(request);
}

Sent CompressingTransport::Send(HttpRequest& request) {
  const bool worth_it = request.gzip_body && request.body.size() >= kLeastToCompress &&
                        request.headers.Find("Content-Encoding") == nullptr;
  return worth_it ? SendPacked(request) : next_->Send(request);
}

Sent CompressingTransport::SendPacked(HttpRequest& request) {
  std::string packed = GzipCompress(request.body.view());
  if (packed.size() >= request.body.size()) return next_->Send(request);
  HttpRequest smaller = request;
  smaller.body = Body(std::move(packed));
  smaller.headers.Set("Content-Encoding", "gzip");
  return next_->Send(smaller);
}

TracingTransport::TracingTransport(std::shared_ptr<Transport> next, Trace trace, const Clock& clock)
    : next_(std::move(next)), trace_(std::move(trace)), clock_(clock) {}

Sent TracingTransport::Send(HttpRequest& request) {
  const Duration start = clock_.Elapsed();
  Sent sent = next_->Send(request);
  trace_({.request = request, .sent = sent, .took = clock_.Elapsed() - start});
  return sent;
}

std::string FormatTrace(const CallTrace& trace) {
  const HttpRequest& request = trace.request;
  const int attempts = trace.sent ? trace.sent->attempts : trace.sent.error().attempts;
  std::string line = fmt::format(
      "{} {} {} {} in {} ms, {} {}", OperationName(request.call), MethodName(request.method),
      Printable(HostHeader(request.url)),
      trace.sent ? std::to_string(trace.sent->status) : std::string(TransportErrorName(trace.sent.error().kind)),
      std::chrono::duration_cast<std::chrono::milliseconds>(trace.took).count(), attempts,
      attempts == 1 ? "try" : "tries");
  if (!trace.sent) return line + ": " + trace.sent.error().message;
  if (const std::string id = RequestId(*trace.sent); !id.empty()) line += ", request " + id;
  return line;
}

}  // namespace vams
