#include "testing/rig/rig.h"

#include <charconv>
#include <utility>

#include "net/gzip.h"
#include "testing/rig/hash.h"

namespace vams::rig {
namespace {

constexpr Bytes kMostUnpacked{std::uint64_t{256} << 20};
constexpr std::string_view kJson = "application/json";
constexpr std::uint64_t kEditSalt = 0x3c6ef372;
constexpr std::uint64_t kDeleteSalt = 0xa54ff53a;

double NumberParameter(const Request& request, std::string_view name, double otherwise) {
  const auto text = Parameter(request.query, name);
  if (!text) return otherwise;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() ? value : otherwise;
}

// A body that is no answer of any service, as long as nothing.
void AnswerGarbage(Reply& reply) {
  reply.Clear();
  reply.type = "text/plain";
  reply.body = "\x7f\x01garbage<{[";
}

}  // namespace

Rig::Rig(const Shape& shape, const Settings& settings, FaultPlan plan, std::uint64_t seed)
    : deployment_(shape),
      settings_(settings),
      seed_(seed),
      world_(std::make_unique<World>(deployment_, seed)),
      faults_(std::move(plan), seed),
      entry_fails_([this] { return faults_.EntryFails(); }) {}

void Rig::SetPorts(std::uint16_t port, std::uint16_t search_port) {
  port_ = port;
  search_port_ = search_port;
}

void Rig::Serve(Operation operation, const Request& request, Nanoseconds now, Reply& reply) {
  const Serving serving{.world = *world_,
                        .settings = settings_,
                        .now = now,
                        .port = port_,
                        .search_port = search_port_,
                        .table_gone = faults_.plan().table_gone,
                        .scratch = scratch_,
                        .entry_fails = entry_fails_};
  switch (ServiceOf(operation)) {
    case Service::kS3: return ServeS3(serving, operation, request, reply);
    case Service::kSns: return ServeSns(serving, operation, request, reply);
    case Service::kDynamoDb: return ServeDynamoDb(serving, operation, request, reply);
    case Service::kOpenSearch: return ServeSearch(serving, operation, request, reply);
    case Service::kSsm:
    case Service::kSts:
    case Service::kSqs: return ServeSmall(serving, operation, request, reply);
    case Service::kRig:
    case Service::kUnknown: break;
  }
  reply.Refuse(501, kJson, R"({"__type":"UnknownOperationException","message":"the rig does not play this"})");
}

Outcome Rig::Answer(const Request& sent, Nanoseconds now, Reply& reply) {
  const Operation operation = OperationOf(sent);
  if (operation == Operation::kRig) {
    Administer(sent, now, reply);
    return {.counted = false};
  }
  Request request = sent;
  if (request.body_gzip) {
    auto unpacked = GzipDecompress(request.body, kMostUnpacked);
    if (!unpacked) {
      reply.Refuse(400, kJson, R"({"error":{"type":"parse_exception","reason":"no gzip"},"status":400})");
      return {};
    }
    unpacked_ = *std::move(unpacked);
    request.body = unpacked_;
  }
  world_->CountRequest(operation, now);
  const Faults::Decision decision = faults_.Decide(operation, request, *world_, now);
  Outcome outcome{.delay = decision.delay};
  const auto at = static_cast<std::size_t>(operation);
  ++(decision.fault == Fault::kThrottle ? world_->counters.throttled : world_->counters.faulted)[at];
  switch (decision.fault) {
    case Fault::kNone:
      --world_->counters.faulted[at];
      Serve(operation, request, now, reply);
      break;
    case Fault::kThrottle:
    case Fault::kUnavailable:
    case Fault::kExpired:
    case Fault::kAccessDenied: AnswerFault(decision.fault, operation, reply); break;
    case Fault::kReset: outcome.ending = Ending::kReset; break;
    case Fault::kLostReply:
      Serve(operation, request, now, reply);
      outcome.ending = Ending::kReset;
      break;
    case Fault::kTruncate:
      Serve(operation, request, now, reply);
      outcome.ending = Ending::kTruncate;
      break;
    case Fault::kGarbage:
      Serve(operation, request, now, reply);
      AnswerGarbage(reply);
      break;
    case Fault::kSlowBody:
      Serve(operation, request, now, reply);
      outcome.ending = Ending::kSlow;
      break;
  }
  return outcome;
}

bool Rig::HasOwnLife() const {
  const FaultPlan& plan = faults_.plan();
  return plan.edits_per_s > 0 || plan.deletes_per_s > 0 || plan.outage_for_s > 0;
}

void Rig::ChangeAssets(Nanoseconds now) {
  const FaultPlan& plan = faults_.plan();
  if (!world_->began() || (plan.edits_per_s <= 0 && plan.deletes_per_s <= 0)) return;
  double since = std::chrono::duration<double>(world_->SinceFirst(now)).count();
  if (plan.changes_for_s > 0) since = std::min(since, plan.changes_for_s);
  const auto turns = [since](double rate) { return static_cast<std::uint64_t>(since * rate); };
  for (const std::uint64_t due = turns(plan.edits_per_s); edit_turns_ < due; ++edit_turns_) {
    world_->Edit(Mix(seed_ ^ Mix(kEditSalt + edit_turns_)) % deployment_.assets());
  }
  for (const std::uint64_t due = turns(plan.deletes_per_s); delete_turns_ < due; ++delete_turns_) {
    world_->Delete(Mix(seed_ ^ Mix(kDeleteSalt + delete_turns_)) % deployment_.assets());
  }
}

void Rig::Administer(const Request& request, Nanoseconds now, Reply& reply) {
  const std::string_view what = request.path.substr(std::string_view("/_rig/").size());
  reply.type = kJson;
  if (what == "stats") {
    reply.body = StatsJson(*world_, now);
  } else if (what == "missing") {
    reply.body = MissingJson(*world_, static_cast<std::uint64_t>(NumberParameter(request, "limit", 20)));
  } else if (what == "config") {
    reply.body = ConfigJson();
  } else if (what == "credentials") {
    reply.body = faults_.Credentials(now, NumberParameter(request, "valid_s", 3600));
  } else if (what == "reset" && request.method == "POST") {
    Counters old = std::move(world_->counters);
    world_ = std::make_unique<World>(deployment_, seed_);
    world_->counters.open_connections = old.open_connections;
    world_->counters.most_connections = old.open_connections;
    world_->counters.in_flight = old.in_flight;
    edit_turns_ = 0;
    delete_turns_ = 0;
    faults_ = Faults(faults_.plan(), seed_);
    reply.body = "{}";
  } else if (what == "mark" && request.method == "POST") {
    world_->Mark();
    reply.body = "{}";
  } else if (what == "faults" && request.method == "POST") {
    auto plan = ReadFaultPlan(request.body);
    if (!plan) return reply.Refuse(400, "text/plain", plan.error());
    faults_ = Faults(*std::move(plan), seed_);
    reply.body = "{}";
  } else {
    reply.Refuse(404, "text/plain", "stats, missing, config, credentials, reset, mark, faults");
  }
}

}  // namespace vams::rig
