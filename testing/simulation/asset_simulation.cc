#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "engine/asset_flow.h"
#include "testing/simulation/parts.h"

namespace vams::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Record {
  bool stable = true;  // there from the first moment to the last
  bool poison = false;
  bool there = true;
  std::uint64_t touched = 0;
  std::uint64_t excused = 0;
  Duration told{0};
  bool failed = false;
};

class AssetSimulation final : public Parts<AssetFlow> {
 public:
  using Parts::Parts;

 private:
  using Records = std::map<std::string, Record>;  // of a segment, by asset id

  void MakeWorld() override;
  void StartFlow() override;
  void Forget() override;
  void Begin(AssetTask task) override;
  AssetAnswer Apply(const AssetTask& task, Fate fate, bool known);
  Result<ScanAnswer> Scan(const ScanTask& task) const;
  Result<TouchAnswer> Touch(const TouchTask& task, Fate fate, bool known);
  Result<AssetCommitted> Commit(const AssetCommitTask& task);
  bool Whole() const override;
  void CheckEnd() override;
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

  std::uint64_t CoveredRecords() const {
    std::uint64_t covered = 0;
    for (std::uint32_t s = 0; s < world_.size(); ++s) {
      for (const auto& [id, record] : world_[s]) covered += Covered(s, id);
    }
    return covered;
  }

  AssetFlowSettings settings_;
  bool changes_ = false;  // another writer deletes records
  std::size_t page_size_ = 20;
  std::vector<Records> world_;  // by segment

  std::vector<SegmentProgress> durable_;
  AssetTotals totals_;
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
  changes_ = dice_.Chance(0.4);
  for (std::uint32_t s = 0; s < settings_.segments; ++s) {
    Records records;
    for (std::uint64_t n = dice_.Between(0, 150); n > 0; --n) {
      Record record;
      record.poison = dice_.Chance(0.01);
      records.emplace(fmt::format("a{:06}", dice_.Between(0, 999'999)), record);
    }
    for (auto& [id, record] : records) {
      if (!changes_ || !dice_.Chance(0.1)) continue;
      record.stable = false;
      loop_.At(dice_.Time(Duration{0}, seconds(3)), [&gone = record.there] { gone = false; });
    }
    world_.push_back(std::move(records));
    durable_.push_back({.segment = s});
  }
}

void AssetSimulation::StartFlow() {
  AssetFlowSettings settings = settings_;
  settings.begun = durable_;
  settings.totals = totals_;
  flow_.emplace(std::move(settings), [this] { return dice_.Real(); });
}

void AssetSimulation::Forget() {
  std::size_t known = 0;
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
      if (record.told < durable_from_ && record.told > Duration{0}) ++known;
      record.told = Duration{0};
    }
  }
  Trace(fmt::format("CRASH: {} touches from before the last commit are forgotten", known));
  // Only what was settled behind one that is not yet.
  if (known > settings_.segments * settings_.most_pages * page_size_) Violate("too many are forgotten");
}

void AssetSimulation::Begin(AssetTask task) {
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
  if (!changes_ && totals_.settled() != CoveredRecords()) {
    Violate(fmt::format("the totals say {} are settled, the segments {}", totals_.settled(), CoveredRecords()));
  }
  return AssetCommitted{};
}

bool AssetSimulation::Whole() const {
  return std::ranges::all_of(durable_, [](const SegmentProgress& p) { return p.done; });
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

}  // namespace

Outcome SimulateAssets(std::uint64_t seed, bool traced) { return AssetSimulation(seed, traced).Run(); }

}  // namespace vams::simulation
