#include "net/make_transport.h"

#include "base/pause.h"

namespace vams {
namespace {

// Sleeps; false when a stop was requested meanwhile.
std::function<bool(Duration)> SleepOf(Clock& clock, const StopFlag* stop) {
  if (stop == nullptr) {
    return [&clock](Duration d) {
      clock.SleepFor(d);
      return true;
    };
  }
  return [&clock, stop](Duration d) { return SleepUnlessStopped(clock, *stop, d); };
}

}  // namespace

// Innermost first. A body is compressed and a call is traced once; each try is paced (tries cost quota), then signed,
// because a late try needs a fresh date and maybe fresh credentials, whose failures the retry loop then treats like any
// other.
std::unique_ptr<Transport> MakeTransport(const NetOptions& options, NetDeps deps) {
  Clock& clock = *deps.clock;
  const auto sleep = SleepOf(clock, deps.stop);
  const auto time = std::make_shared<ClockOffset>(clock);
  auto client = std::make_unique<RetryClient>();
  client->options = options.retry;
  client->random = std::move(deps.random);
  client->sleep = sleep;
  client->on_retry = std::move(deps.on_retry);
  client->clock = &clock;
  client->patience = std::move(deps.patience);
  if (options.retry.mode == RetryMode::kAdaptive) client->limiter = std::make_unique<AdaptiveLimiter>(clock);

  std::shared_ptr<Transport> t = std::move(deps.wire);
  t = std::make_shared<SigningTransport>(std::move(t), std::move(deps.credentials), time);
  if (options.rate) t = std::make_shared<PacedTransport>(std::move(t), *options.rate, clock, sleep);
  t = std::make_shared<RetryingTransport>(std::move(t), std::move(client), time);
  if (!deps.trace) return std::make_unique<CompressingTransport>(std::move(t));
  t = std::make_shared<CompressingTransport>(std::move(t));
  return std::make_unique<TracingTransport>(std::move(t), std::move(deps.trace), clock);
}

}  // namespace vams
