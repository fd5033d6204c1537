#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "engine/asset_flow.h"
#include "testing/simulation/dice.h"
#include "testing/simulation/event_loop.h"
#include "testing/simulation/simulate.h"
#include "testing/simulation/weather.h"

namespace vams::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kLongest = std::chrono::hours(3);
constexpr std::uint64_t kMostSteps = 2'000'000;

struct Record {
  bool stable = true;  // there from the first moment to the last
  bool poison = false;
  bool there = true;
  std::uint64_t touched = 0;
  std::uint64_t excused = 0;
  Duration told{0};
  bool failed = false;
};

class AssetSimulation {
 public:
  AssetSimulation(std::uint64_t seed, bool traced) : dice_(seed), traced_(traced) {}

  Outcome Run();

 private:
  using Records = std::map<std::string, Record>;  // of a segment, by asset id

  void MakeWorld();
  void StartFlow();
  void Crash();
  void Begin(AssetTask task);
  AssetAnswer Apply(const AssetTask& task, Fate fate, bool known);
  Result<ScanAnswer> Scan(const ScanTask& task) const;
  Result<TouchAnswer> Touch(const TouchTask& task, Fate fate, bool known);
  Result<AssetCommitted> Commit(const AssetCommitTask& task);
  void CheckEnd();
  void Violate(std::string what);
  void Trace(std::string line) {
    if (traced_) outcome_.trace.push_back(fmt::format("{:>12} us  {}", loop_.now().count(), line));
  }
  bool Spent() const { return outcome_.steps > kMostSteps || loop_.now() > kLongest || outcome_.violation; }
  Record* Find(const AssetKey& key) {
    Records& records = world_[std::stoul(key.database_id)];
    const auto at = records.find(key.asset_id);
    return at == records.end() ? nullptr : &at->second;
  }
  // Whether the journal says that the record is done with.
  bool Covered(std::uint32_t segment, const std::string& id) const {
    const SegmentProgress& p = durable_[segment];
    return p.done || (p.cursor && id <= p.cursor->token) || (p.after && id <= p.after->asset_id);
  }
  bool Whole() const {
    return std::ranges::all_of(durable_, [](const SegmentProgress& p) { return p.done; });
  }

  Dice dice_;
  const bool traced_;
  Outcome outcome_;
  EventLoop loop_;
  Weather weather_;
  AssetFlowSettings settings_;
  std::size_t page_size_ = 20;
  std::vector<Records> world_;  // by segment
  std::optional<AssetFlow> flow_;
  std::uint64_t generation_ = 0;
  std::size_t in_flight_ = 0;

  std::vector<SegmentProgress> durable_;
  AssetTotals totals_;
  Duration durable_from_{0};  // what the flow knew by then is in the journal
  std::size_t known_ = 0;
  std::vector<Duration> crashes_;
  std::optional<Duration> drain_at_;
};

void AssetSimulation::MakeWorld() {
  weather_ = Weather::Draw(dice_);
  settings_.segments = static_cast<std::uint32_t>(dice_.Between(1, 8));
  settings_.most_in_flight = dice_.Between(1, 64);
  settings_.most_held = dice_.Between(20, 500);
  settings_.keys_per_touch = dice_.Chance(0.7) ? 1 : dice_.Between(2, 25);
  settings_.scan.most_in_flight = dice_.Between(1, 8);
  settings_.touch.most_in_flight = settings_.most_in_flight;
  page_size_ = dice_.Between(3, 40);
  const bool changes = dice_.Chance(0.4);
  for (std::uint32_t s = 0; s < settings_.segments; ++s) {
    Records records;
    for (std::uint64_t n = dice_.Between(0, 150); n > 0; --n) {
      Record record;
      record.poison = dice_.Chance(0.01);
      records.emplace(fmt::format("a{:06}", dice_.Between(0, 999'999)), record);
    }
    for (auto& [id, record] : records) {
      if (!changes || !dice_.Chance(0.1)) continue;
      record.stable = false;
      loop_.At(dice_.Time(Duration{0}, seconds(3)), [&gone = record.there] { gone = false; });
    }
    world_.push_back(std::move(records));
    durable_.push_back({.segment = s});
  }
  if (dice_.Chance(0.5)) {
    for (std::uint64_t n = dice_.Between(1, 3); n > 0; --n) crashes_.push_back(dice_.Time(Duration{0}, seconds(4)));
    std::ranges::sort(crashes_);
  }
  if (dice_.Chance(0.1)) drain_at_ = dice_.Time(Duration{0}, seconds(2));
}

void AssetSimulation::StartFlow() {
  AssetFlowSettings settings = settings_;
  settings.begun = durable_;
  settings.totals = totals_;
  flow_.emplace(std::move(settings), [this] { return dice_.Real(); });
  ++generation_;
  in_flight_ = 0;
}

void AssetSimulation::Crash() {
  ++outcome_.crashes;
  for (std::uint32_t s = 0; s < world_.size(); ++s) {
    for (auto& [id, record] : world_[s]) {
      if (record.touched == 0) continue;
      if (Covered(s, id)) {
        // The record by which the place would be found again may be gone by then.
        const SegmentProgress& p = durable_[s];
        const bool by_record = !p.done && !(p.cursor && id <= p.cursor->token);
        if (by_record && !Find(*p.after)->stable) ++record.excused;
        continue;
      }
      ++record.excused;
      if (record.told < durable_from_ && record.told > Duration{0}) ++known_;
      record.told = Duration{0};
    }
  }
  Trace(fmt::format("CRASH: {} touches from before the last commit are forgotten", known_));
  // Only what was settled behind one that is not yet.
  if (known_ > settings_.segments * settings_.most_pages * page_size_) Violate("too many are forgotten");
  known_ = 0;
  ++generation_;
}

void AssetSimulation::Violate(std::string what) {
  if (!outcome_.violation) outcome_.violation = fmt::format("at {} us: {}", loop_.now().count(), what);
  Trace("VIOLATION: " + what);
}

void AssetSimulation::Begin(AssetTask task) {
  ++in_flight_;
  if (in_flight_ > settings_.most_in_flight + 1) Violate(fmt::format("{} tasks under way", in_flight_));
  const std::size_t bound = settings_.most_held + page_size_ * settings_.scan.most_in_flight;
  if (flow_->held() > bound) Violate(fmt::format("{} records held", flow_->held()));
  const bool commit = std::holds_alternative<AssetCommitTask>(task.what);
  const bool touch = std::holds_alternative<TouchTask>(task.what);
  const Fate fate = commit ? Fate::kFine : weather_.FateOf(dice_, loop_.now(), touch);
  const Duration latency = commit ? dice_.Time(Duration{100}, milliseconds(5)) : weather_.Latency(dice_);
  const Duration applied = dice_.Time(Duration{0}, latency);
  Trace(fmt::format("begin {} (kind {}): {}", task.id, task.what.index(), NameOf(fate)));
  auto held = std::make_shared<AssetTask>(std::move(task));
  loop_.At(loop_.now() + applied,
           [this, held, fate, commit, begun = loop_.now(), rest = latency - applied, generation = generation_] {
             if (commit) {
               if (generation != generation_) return;
               durable_from_ = begun;
             }
             auto answer = std::make_shared<AssetAnswer>(Apply(*held, fate, generation == generation_));
             loop_.At(loop_.now() + rest, [this, held, answer, generation] {
               if (generation != generation_) return;
               --in_flight_;
               Trace(fmt::format("end {}", held->id));
               if (const auto* sent = std::get_if<TouchTask>(&held->what)) {
                 const auto& outcomes = std::get<Result<TouchAnswer>>(*answer);
                 for (std::size_t i = 0; outcomes && i < sent->keys.size(); ++i) {
                   if ((*outcomes)[i]) Find(sent->keys[i])->told = loop_.now();
                 }
               }
               flow_->OnDone(std::move(*held), std::move(*answer), loop_.now());
             });
           });
}

AssetAnswer AssetSimulation::Apply(const AssetTask& task, Fate fate, bool known) {
  if (const auto* scan = std::get_if<ScanTask>(&task.what)) {
    return fate == Fate::kFine ? Scan(*scan) : Result<ScanAnswer>(std::unexpected(ErrorOf(fate)));
  }
  if (const auto* touch = std::get_if<TouchTask>(&task.what)) return Touch(*touch, fate, known);
  return Commit(std::get<AssetCommitTask>(task.what));
}

Result<ScanAnswer> AssetSimulation::Scan(const ScanTask& task) const {
  const Records& records = world_[task.segment.index];
  ScanAnswer answer;
  std::size_t read = 0;
  std::string last;
  for (auto at = task.from ? records.upper_bound(task.from->token) : records.begin(); at != records.end(); ++at) {
    if (read == page_size_) {
      answer.next = Cursor{last};
      break;
    }
    ++read;
    last = at->first;
    if (at->second.there) answer.keys.push_back({std::to_string(task.segment.index), at->first});
  }
  return answer;
}

Result<TouchAnswer> AssetSimulation::Touch(const TouchTask& task, Fate fate, bool known) {
  const bool applied = fate == Fate::kFine || fate == Fate::kLostReply || fate == Fate::kGarbage;
  TouchAnswer answer;
  for (const AssetKey& key : task.keys) {
    Record& record = *Find(key);
    if (!applied || record.poison) {
      answer.push_back(std::unexpected(ErrorOf(Fate::kReset)));
      continue;
    }
    if (!record.there) {
      answer.emplace_back(TouchOutcome::kGone);
      continue;
    }
    answer.emplace_back(TouchOutcome::kDone);
    if (known && record.touched > record.excused) Violate(key.asset_id + " was touched again although that was known");
    outcome_.repeats += record.touched > 0;
    ++record.touched;
    // Sent by a process that has crashed since, or never answered: nobody can know.
    if (fate != Fate::kFine || !known) ++record.excused;
  }
  if (fate != Fate::kFine) return std::unexpected(ErrorOf(fate));
  return answer;
}

Result<AssetCommitted> AssetSimulation::Commit(const AssetCommitTask& task) {
  for (const FailedAsset& failed : task.progress.failed) Find(failed.key)->failed = true;
  for (const SegmentProgress& progress : task.progress.segments) {
    durable_[progress.segment] = progress;
    for (const auto& [id, record] : world_[progress.segment]) {
      if (!Covered(progress.segment, id) || !record.stable || record.touched > 0 || record.failed) continue;
      Violate(id + " is claimed and was never touched");
    }
  }
  totals_ = task.progress.totals;
  return AssetCommitted{};
}

void AssetSimulation::CheckEnd() {
  if (flow_->fatal()) {
    if (!weather_.denied_from) Violate("ended by an error that nobody caused: " + flow_->fatal()->error.message);
    return;
  }
  for (const Records& records : world_) {
    for (const auto& [id, record] : records) {
      if (record.stable && record.touched == 0 && !record.failed) Violate(id + " is lost");
      if (record.failed && !record.poison) Violate(id + " was given up for no reason of its own");
    }
  }
}

Outcome AssetSimulation::Run() {
  MakeWorld();
  Trace(weather_.Describe());
  StartFlow();
  std::size_t next_crash = 0;
  while (!Spent()) {
    ++outcome_.steps;
    if (next_crash < crashes_.size() && loop_.now() >= crashes_[next_crash]) {
      ++next_crash;
      Crash();
      StartFlow();
    }
    if (drain_at_ && loop_.now() >= *drain_at_) {
      drain_at_.reset();
      flow_->Drain();
    }
    if (auto task = flow_->Next(loop_.now())) {
      Begin(std::move(*task));
      continue;
    }
    if (flow_->finished()) {
      if (flow_->fatal() || Whole()) break;
      Crash();
      StartFlow();
      continue;
    }
    auto until = flow_->NextAt();
    if (until && *until <= loop_.now()) until = loop_.now() + Duration{100};
    if (next_crash < crashes_.size() && (!until || crashes_[next_crash] < *until)) until = crashes_[next_crash];
    if (!until && loop_.empty()) {
      Violate("nothing is under way, nothing is planned, and it has not ended");
      break;
    }
    loop_.Step(until);
  }
  if (!outcome_.violation && Spent()) Violate("it does not end");
  if (!outcome_.violation) CheckEnd();
  return std::move(outcome_);
}

}  // namespace

Outcome SimulateAssets(std::uint64_t seed, bool traced) { return AssetSimulation(seed, traced).Run(); }

}  // namespace vams::simulation
