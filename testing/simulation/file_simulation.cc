#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/text.h"
#include "engine/file_flow.h"
#include "journal/key_intervals.h"
#include "testing/simulation/parts.h"

namespace vams::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Object {
  Decided::Kind kind = Decided::Kind::kPublish;
  bool poison = false;  // its event is refused each time, though it might pass
  bool stable = true;   // there from the first moment to the last
  // What is true.
  std::uint64_t arrived = 0;
  std::uint64_t excused = 0;  // arrivals that the flow cannot know of, or that a crash made it forget
  Duration told{0};           // when the flow was last told that it had arrived
  bool failed = false;        // durably
};

class FileSimulation final : public Parts<FileFlow> {
 public:
  using Parts::Parts;

 private:
  using Keys = std::map<std::string, Object>;

  void MakeWorld() override;
  std::string MakeKey();
  void MakeSettings();
  void StartFlow() override;
  void Forget() override;
  void Begin(FileTask task) override;
  void Reply(std::shared_ptr<FileTask> task, FileAnswer answer, Duration after);
  Object* ObjectOf(const FileEvent& event);
  FileAnswer Apply(const FileTask& task, Fate fate, bool known);
  Result<ListAnswer> List(const ListTask& task);
  NamesAnswer Names(const NamesTask& task);
  Result<DecideAnswer> Decide(const DecideTask& task) const;
  Result<PublishAnswer> Publish(const PublishTask& task, Fate fate, bool known);
  Result<Committed> Commit(const CommitTask& task);
  void CheckClaim(const KeyRange& range);
  void CheckCaps();
  bool Whole() const override;
  void CheckEnd() override;

  FileFlowSettings settings_;
  std::size_t page_size_ = 20;
  std::vector<Keys> world_;                            // by location
  std::deque<std::pair<Duration, std::size_t>> sent_;  // events of the last second
  std::uint64_t behind_ = 0;                           // the topic

  // What is durable.
  std::vector<KeyIntervals> confirmed_;
  FileTotals totals_;
  bool changes_ = false;  // another writer adds and removes objects
  double no_names_ = 0;   // listing with a delimiter is denied
};

std::string FileSimulation::MakeKey() {
  static const std::vector<std::string> kParts{"x0", "x1",   "a",  "asset-000", "Z", "é",    "日",
                                               " ",  "\x01", "//", "~",         "0", "f.glb"};
  std::string key;
  for (std::uint64_t n = dice_.Between(1, 5); n > 0; --n) key += kParts[dice_.Between(0, kParts.size() - 1)];
  return key + std::to_string(dice_.Between(0, 400));
}

void FileSimulation::MakeWorld() {
  weather_ = Weather::Draw(dice_);
  const std::size_t locations = dice_.Between(1, 3);
  changes_ = dice_.Chance(0.3);
  for (std::size_t l = 0; l < locations; ++l) {
    const std::string prefix = std::vector<std::string>{"", "p/", "a/b/"}[dice_.Between(0, 2)];
    settings_.locations.push_back({.prefix = prefix, .bucket = l, .topic = dice_.Chance(0.5) ? 0UL : l});
    Keys keys;
    const std::uint64_t most = dice_.Chance(0.2) ? 0 : dice_.Between(1, 300);
    for (std::uint64_t i = 0; i < most; ++i) {
      Object object;
      if (dice_.Chance(0.1)) object.kind = dice_.Chance(0.5) ? Decided::Kind::kSkipped : Decided::Kind::kWithheld;
      object.poison = dice_.Chance(0.01);
      keys.emplace(prefix + MakeKey(), object);
    }
    // Another writer: some objects go, others come, while the run goes on.
    for (std::uint64_t i = changes_ ? dice_.Between(0, 30) : 0; i > 0; --i) {
      const Duration when = dice_.Time(Duration{0}, seconds(3));
      if (dice_.Chance(0.5) && !keys.empty()) {
        const auto at = std::next(keys.begin(), static_cast<std::ptrdiff_t>(dice_.Between(0, keys.size() - 1)));
        at->second.stable = false;
        loop_.At(when, [this, l, key = at->first] { world_[l].erase(key); });
      } else {
        loop_.At(when, [this, l, key = prefix + MakeKey()] { world_[l].emplace(key, Object{.stable = false}); });
      }
    }
    world_.push_back(std::move(keys));
  }
  settings_.topics = locations;
  confirmed_.resize(locations);
  MakeSettings();
}

void FileSimulation::MakeSettings() {
  page_size_ = dice_.Between(3, 40);
  settings_.publish_limits = {ItemCount{dice_.Between(1, 10)}, Bytes{dice_.Between(200, 262144)}};
  settings_.most_in_flight = dice_.Between(1, 64);
  settings_.most_pages = dice_.Between(2, 12);
  settings_.heads = dice_.Chance(0.5) ? 1 : dice_.Chance(0.5) ? 0.3 : 0;
  settings_.splits = dice_.Chance(0.8);
  no_names_ = dice_.Chance(0.2) ? 1 : 0;
  settings_.list.most_in_flight = dice_.Between(1, 8);
  settings_.head.most_in_flight = settings_.most_in_flight;
  settings_.decide.most_in_flight = dice_.Between(1, 4);
  settings_.publish.most_in_flight = dice_.Between(1, 32);
  if (dice_.Chance(0.2)) settings_.most_rate = PerSecond{static_cast<double>(dice_.Between(50, 2000))};
  if (dice_.Chance(0.2)) settings_.most_backlog = dice_.Between(10, 200);
}

void FileSimulation::StartFlow() {
  FileFlowSettings settings = settings_;
  settings.totals = totals_;
  for (std::size_t l = 0; l < world_.size(); ++l) {
    for (KeyInterval& gap : confirmed_[l].Gaps()) {
      settings.ranges.push_back({.location = l, .after = std::move(gap.after), .to = std::move(gap.to)});
    }
  }
  flow_.emplace(std::move(settings), [this] { return dice_.Real(); });
}

// What was applied stays applied; what was not, never is.
void FileSimulation::Forget() {
  std::uint64_t forgotten = 0;
  for (std::size_t l = 0; l < world_.size(); ++l) {
    for (auto& [key, object] : world_[l]) {
      if (object.arrived == 0 || confirmed_[l].Covers(key)) continue;
      ++object.excused;
      ++forgotten;
      if (object.told < durable_from_ && object.told > Duration{0}) {
        Violate(fmt::format("'{}' was known to have arrived before the last commit began, and is not in it",
                            Printable(key)));
      }
      object.told = Duration{0};
    }
  }
  Trace(fmt::format("CRASH: {} arrivals are forgotten", forgotten));
}

void FileSimulation::Begin(FileTask task) {
  CheckCaps();
  const bool publish = std::holds_alternative<PublishTask>(task.what);
  const bool commit = std::holds_alternative<CommitTask>(task.what);
  if (publish) {
    const std::size_t units = std::get<PublishTask>(task.what).events.size();
    sent_.emplace_back(loop_.now(), units);
    while (sent_.front().first + seconds(1) < loop_.now()) sent_.pop_front();
  }
  const Fate fate = commit ? Fate::kFine : weather_.FateOf(dice_, loop_.now(), publish);
  const Duration latency = commit ? dice_.Time(Duration{100}, milliseconds(5)) : weather_.Latency(dice_);
  const Duration applied = dice_.Time(Duration{0}, latency);
  Trace(fmt::format("begin {} (kind {}): {}", task.id, task.what.index(), NameOf(fate)));
  auto held = std::make_shared<FileTask>(std::move(task));
  loop_.At(loop_.now() + applied, [this, held, fate, latency, applied, begun = loop_.now(), generation = generation_] {
    // What a crashed process had sent is applied all the same; only its commits are its own.
    if (std::holds_alternative<CommitTask>(held->what)) {
      if (generation != generation_) return;
      durable_from_ = begun;
    }
    FileAnswer answer = Apply(*held, fate, generation == generation_);
    if (generation == generation_) Reply(held, std::move(answer), latency - applied);
  });
}

void FileSimulation::Reply(std::shared_ptr<FileTask> task, FileAnswer answer, Duration after) {
  auto held = std::make_shared<FileAnswer>(std::move(answer));
  loop_.At(loop_.now() + after, [this, task, held, generation = generation_] {
    if (generation != generation_) return;
    --in_flight_;
    Trace(fmt::format("end {}", task->id));
    if (const auto* publish = std::get_if<PublishTask>(&task->what)) {
      const auto& statuses = std::get<Result<PublishAnswer>>(*held);
      for (std::size_t i = 0; statuses && i < statuses->size(); ++i) {
        if (!(*statuses)[i]) continue;
        if (Object* object = ObjectOf(publish->events[i])) object->told = loop_.now();
      }
    }
    flow_->OnDone(std::move(*task), std::move(*held), loop_.now());
  });
}

Object* FileSimulation::ObjectOf(const FileEvent& event) {
  Keys& keys = world_[event.location];
  const auto at = keys.find(event.key);
  return at == keys.end() ? nullptr : &at->second;
}

FileAnswer FileSimulation::Apply(const FileTask& task, Fate fate, bool known) {
  const auto refusal = [](Fate of) { return std::unexpected(ErrorOf(of)); };
  const auto refused = refusal(fate);
  if (const auto* list = std::get_if<ListTask>(&task.what)) {
    return fate == Fate::kFine ? List(*list) : Result<ListAnswer>(refused);
  }
  if (const auto* names = std::get_if<NamesTask>(&task.what)) {
    if (fate == Fate::kFine && dice_.Chance(no_names_)) fate = Fate::kDenied;
    return fate == Fate::kFine ? Names(*names) : Result<NamesAnswer>(refusal(fate));
  }
  if (const auto* head = std::get_if<HeadTask>(&task.what)) {
    if (fate == Fate::kFine && dice_.Chance(weather_.expired)) fate = Fate::kExpired;
    if (fate != Fate::kFine) return Result<HeadAnswer>(refusal(fate));
    return Result<HeadAnswer>(world_[head->location].contains(head->key) ? HeadAnswer(ObjectHead{}) : std::nullopt);
  }
  if (const auto* decide = std::get_if<DecideTask>(&task.what)) {
    return fate == Fate::kFine ? Decide(*decide) : Result<DecideAnswer>(refused);
  }
  if (const auto* publish = std::get_if<PublishTask>(&task.what)) return Publish(*publish, fate, known);
  if (std::holds_alternative<BacklogTask>(task.what)) {
    if (fate != Fate::kFine) return Result<BacklogAnswer>(refused);
    const std::uint64_t was = behind_;
    behind_ = behind_ > 50 ? behind_ - 50 : 0;
    return Result<BacklogAnswer>(ItemCount{was});
  }
  return Commit(std::get<CommitTask>(task.what));
}

Result<ListAnswer> FileSimulation::List(const ListTask& task) {
  const Keys& keys = world_[task.location];
  const std::string& prefix = settings_.locations[task.location].prefix;
  const std::string& after = task.cursor ? task.cursor->token : task.after;
  auto at = after < prefix ? keys.lower_bound(prefix) : keys.upper_bound(after);
  ListAnswer answer;
  for (; at != keys.end() && at->first.starts_with(prefix); ++at) {
    if (answer.entries.size() == page_size_) {
      answer.next = Cursor{answer.entries.back().key};
      break;
    }
    answer.entries.push_back({.key = at->first, .size = 1, .last_modified = {}, .etag = "e", .head = std::nullopt});
  }
  return answer;
}

// True ones, or anything: a range is cut at whatever is told, and nothing else may depend on it.
NamesAnswer FileSimulation::Names(const NamesTask& task) {
  const std::string& prefix = settings_.locations[task.location].prefix;
  NamesAnswer names;
  if (dice_.Chance(0.3)) {
    for (std::uint64_t n = dice_.Between(0, 30); n > 0; --n) {
      names.push_back((dice_.Chance(0.8) ? prefix : "") + (dice_.Chance(0.1) ? "" : MakeKey()));
    }
    return names;
  }
  for (const auto& [key, object] : world_[task.location]) {
    const std::size_t slash = key.find('/', prefix.size());
    if (slash == std::string::npos) continue;
    std::string name = key.substr(0, slash + 1);
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

Result<DecideAnswer> FileSimulation::Decide(const DecideTask& task) const {
  DecideAnswer answer;
  for (const ObjectEntry& entry : task.entries) {
    const auto at = world_[task.location].find(entry.key);
    Decided decided{.kind = at == world_[task.location].end() ? Decided::Kind::kSkipped : at->second.kind};
    decided.cause = "rule";
    decided.document_id = entry.key;
    decided.bytes = entry.key.size();
    answer.objects.push_back(std::move(decided));
  }
  return answer;
}

Result<PublishAnswer> FileSimulation::Publish(const PublishTask& task, Fate fate, bool known) {
  const bool applied = fate == Fate::kFine || fate == Fate::kLostReply || fate == Fate::kGarbage;
  PublishAnswer answer;
  for (const FileEvent& event : task.events) {
    Object* object = ObjectOf(event);
    const bool fails = (object != nullptr && object->poison) || dice_.Chance(weather_.partial);
    if (fails || !applied) {
      answer.push_back(std::unexpected(ErrorOf(Fate::kReset)));
      continue;
    }
    answer.emplace_back();
    ++behind_;
    if (object == nullptr) continue;  // deleted meanwhile
    if (object->kind != Decided::Kind::kPublish) Violate("an event of an object that is to be left alone");
    if (known && object->arrived > object->excused && object->stable) {
      Violate(fmt::format("'{}' was sent again although it was known to have arrived", Printable(event.key)));
    }
    outcome_.repeats += object->arrived > 0;
    ++object->arrived;
    // Sent by a process that has crashed since, or never answered: nobody can know.
    if (fate != Fate::kFine || !known) ++object->excused;
  }
  if (fate != Fate::kFine) return std::unexpected(ErrorOf(fate));
  return answer;
}

Result<Committed> FileSimulation::Commit(const CommitTask& task) {
  const FileProgress& progress = task.progress;
  for (const FailedObject& failed : progress.failed) {
    if (const auto at = world_[failed.location].find(failed.key); at != world_[failed.location].end()) {
      at->second.failed = true;
    }
  }
  for (const KeyRange& range : progress.confirmed) {
    CheckClaim(range);
    confirmed_[range.location].Add({range.after, range.to});
  }
  totals_ = progress.totals;
  return Committed{};
}

// Nothing may be claimed that is not so.
void FileSimulation::CheckClaim(const KeyRange& range) {
  const Keys& keys = world_[range.location];
  for (auto at = keys.upper_bound(range.after); at != keys.end() && (!range.to || at->first <= *range.to); ++at) {
    const Object& object = at->second;
    if (!object.stable || object.kind != Decided::Kind::kPublish || object.arrived > 0 || object.failed) continue;
    if (!at->first.starts_with(settings_.locations[range.location].prefix)) continue;
    Violate(fmt::format("'{}' is claimed and never arrived", Printable(at->first)));
  }
}

void FileSimulation::CheckCaps() {
  // A commit and a look at each topic's backlog come on top.
  if (in_flight_ > settings_.most_in_flight + 1 + settings_.topics)
    Violate(fmt::format("{} tasks under way", in_flight_));
  if (flow_->waiting() > settings_.most_pages * page_size_) Violate(fmt::format("{} events held", flow_->waiting()));
  if (!settings_.most_rate) return;
  std::size_t units = 0;
  for (const auto& [when, count] : sent_) units += count;
  if (static_cast<double>(units) > settings_.most_rate->value * 1.05 + 20)
    Violate(fmt::format("{} events a second", units));
}

bool FileSimulation::Whole() const {
  return std::ranges::all_of(confirmed_, [](const KeyIntervals& keys) { return keys.Gaps().empty(); });
}

void FileSimulation::CheckEnd() {
  if (flow_->fatal()) {
    if (!weather_.denied_from) Violate("ended by an error that nobody caused: " + flow_->fatal()->message);
    return;
  }
  std::uint64_t published = 0;
  std::uint64_t failed = 0;
  std::uint64_t objects = 0;
  for (std::size_t l = 0; l < world_.size(); ++l) {
    if (confirmed_[l].Gaps().size() > 0) Violate("the end of a location is not confirmed");
    for (const auto& [key, object] : world_[l]) {
      ++objects;
      failed += object.failed;
      published += object.kind == Decided::Kind::kPublish && !object.failed;
      if (!object.stable || object.kind != Decided::Kind::kPublish) continue;
      if (object.arrived == 0 && !object.failed) Violate(fmt::format("'{}' is lost", Printable(key)));
      if (object.failed && !object.poison && object.arrived == 0) {
        Violate(fmt::format("'{}' was given up for no reason of its own", Printable(key)));
      }
    }
  }
  if (!changes_ && (totals_.published != published || totals_.failed != failed || totals_.scanned != objects)) {
    Violate(fmt::format("the totals say {} published, {} failed of {}; it is {}, {} of {}", totals_.published,
                        totals_.failed, totals_.scanned, published, failed, objects));
  }
}

}  // namespace

Outcome SimulateFiles(std::uint64_t seed, bool traced) { return FileSimulation(seed, traced).Run(); }

}  // namespace vams::simulation
