#include "run/preflight/doctor.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "base/text.h"
#include "index/check_definition.h"
#include "index/definitions.h"
#include "run/preflight/preflight.h"
#include "source/object_scan.h"

namespace vams {
namespace {

using State = DoctorCheck::State;

// Deployed indexers take batches within seconds.
constexpr auto kFarBehind = std::chrono::minutes(10);

class Doctor {
 public:
  Doctor(const Options& options, Deployment& deployment, const StopFlag& stop,
         const std::function<void(const DoctorCheck&)>& tell)
      : options_(options), d_(deployment), stop_(stop), tell_(tell) {}

  std::vector<DoctorCheck> Run() {
    const auto steps =
        std::to_array<void (Doctor::*)()>({&Doctor::Identity, &Doctor::AssetTable, &Doctor::Touching, &Doctor::Buckets,
                                           &Doctor::SideTables, &Doctor::Streams, &Doctor::Indexes});
    for (const auto step : steps) {
      if (stop_.requested() || blocked_) break;
      (this->*step)();
    }
    return std::move(checks_);
  }

 private:
  void Say(std::string name, State state, std::string detail, std::string fix = {}) {
    checks_.push_back({std::move(name), state, std::move(detail), std::move(fix)});
    tell_(checks_.back());
  }
  void Failed(std::string name, const Error& error) { Say(std::move(name), State::kFailed, error.message, error.hint); }

  void Identity() {
    if (!d_.identity) return Say("VAMS", State::kOk, d_.description);
    const auto who = d_.identity();
    if (!who) {
      Failed("credentials", who.error());
      // Where the service that tells them cannot be reached, the others may be.
      blocked_ = who.error().code != ErrorCode::kUnavailable && who.error().code != ErrorCode::kTimeout;
      if (blocked_) Say("everything else", State::kUnknown, "not looked at: every request needs credentials");
      return;
    }
    Say("credentials", State::kOk, fmt::format("{}, {}", *who, d_.description));
  }

  void AssetTable() {
    const auto page = d_.assets->Scan({0, 1}, std::nullopt, ItemCount{1});
    if (!page) return Failed("asset table", page.error());
    const auto count = d_.assets->ApproximateCount();
    if (!count) {
      return Say("asset table", State::kWarning, "can be read; how many records it holds is not told",
                 count.error().hint.empty() ? count.error().message : count.error().hint);
    }
    Say("asset table", State::kOk, fmt::format("about {} records", Grouped(count->value)));
  }

  // The condition of a touch does not hold for a record that is not there, so that nothing is written.
  void Touching() {
    const std::array keys{no_asset_};
    const auto outcomes = d_.assets->Touch(keys, "doctor");
    if (!outcomes) return Failed("touching assets", outcomes.error());
    if (!outcomes->front()) return Failed("touching assets", outcomes->front().error());
    Say("touching assets", State::kOk, "allowed; tried on a record that does not exist");
  }

  void Buckets() {
    auto plan = PlanLocations(*d_.buckets);
    if (!plan) return Failed("buckets table", plan.error());
    if (plan->locations.empty()) {
      return Say("buckets table", State::kWarning, "no record names a bucket, so there is no file to index");
    }
    Say("buckets table", plan->unusable_records.empty() ? State::kOk : State::kWarning,
        fmt::format("{} places of files{}", plan->locations.size(),
                    plan->unusable_records.empty()
                        ? ""
                        : fmt::format("; {} records have no bucketName", plan->unusable_records.size())));
    if (d_.bucket_sync && !plan->hidden_from_sync.empty()) {
      Say("stored prefixes", State::kWarning,
          fmt::format(
              "bucket sync looks for a prefix that ends in '/' and does not begin with one, and never finds: {}",
              fmt::join(plan->hidden_from_sync, "; ")),
          "store baseAssetsPrefix so in these records");
    }
    std::set<std::string> buckets;
    for (const ObjectLocation& location : plan->locations) buckets.insert(location.bucket);
    std::set<std::string> topics;
    for (const std::string& bucket : buckets) {
      if (stop_.requested()) return;
      Bucket(bucket, topics);
    }
    for (const std::string& topic : topics) Backlog(topic);
  }

  void Bucket(const std::string& bucket, std::set<std::string>& topics) {
    const std::string name = "bucket " + bucket;
    const auto page = d_.objects->List(bucket, "", std::nullopt, ItemCount{1});
    if (!page) return Failed(name, page.error());
    if (!page->entries.empty()) {
      const std::array refs{ObjectRef{bucket, page->entries.front().key}};
      const auto heads = d_.objects->HeadMany(refs);
      if (!heads) return Failed(name, heads.error());
      if (!heads->front()) return Failed(name, heads->front().error());
    }
    const auto notified = d_.objects->CreatedTopics(bucket);
    const std::string given = GivenTopic(bucket);
    if (!notified) {
      if (!given.empty()) topics.insert(given);
      return Say(name, State::kWarning,
                 fmt::format("can be read; which topic it notifies is not told: {}", notified.error().message),
                 notified.error().hint);
    }
    const bool fits = std::ranges::find(*notified, given) != notified->end();
    if (!given.empty() && !fits) {
      return Say(name, State::kFailed,
                 fmt::format("notifies {}, while events would go to {}",
                             notified->empty() ? "no topic" : fmt::format("{}", fmt::join(*notified, ", ")), given),
                 "set s3_object_created_sns_topic_arn to \"auto\", or to a map from bucket to topic");
    }
    if (given.empty() && notified->size() != 1) {
      return Say(name, State::kFailed,
                 notified->empty() ? std::string("notifies no topic of created objects")
                                   : fmt::format("notifies several topics: {}", fmt::join(*notified, ", ")),
                 "name the right topic in s3_object_created_sns_topic_arn, as a map from bucket to topic");
    }
    topics.insert(given.empty() ? notified->front() : given);
    Say(name, State::kOk, fmt::format("can be read; events go to {}", given.empty() ? notified->front() : given));
  }

  // "": the bucket's own.
  std::string GivenTopic(const std::string& bucket) const {
    if (options_.local) return {};
    if (const auto* single = std::get_if<SingleTopic>(&options_.topics)) return single->arn;
    if (const auto* map = std::get_if<TopicByBucket>(&options_.topics)) {
      const auto it = map->arn_by_bucket.find(bucket);
      if (it != map->arn_by_bucket.end()) return it->second;
    }
    return {};
  }

  void Backlog(const std::string& topic) {
    if (!d_.backlog) return;
    const auto waiting = d_.backlog->Behind(topic);
    const std::string name = "queue behind " + topic.substr(topic.rfind(':') + 1);
    if (!waiting) return Failed(name, waiting.error());
    if (!*waiting) {
      return Say(name, State::kUnknown, "nobody tells how much waits behind the topic",
                 "allow sns:ListSubscriptionsByTopic and sqs:GetQueueAttributes for --max-backlog to work");
    }
    Say(name, State::kOk, fmt::format("{} events wait", Grouped((*waiting)->value)));
  }

  // True where the part could not be opened; then that is what there is to say.
  bool SaidFault(OpenFault::Part part, const std::string& name) {
    const auto fault = std::ranges::find(d_.faults, part, &OpenFault::part);
    if (fault == d_.faults.end()) return false;
    Failed(name, fault->error);
    return true;
  }

  void SideTables() {
    if (SaidFault(OpenFault::Part::kSideTables, "side tables")) return;
    const std::size_t before = checks_.size();
    const std::array metadata{MetadataKey{no_asset_.database_id, no_asset_.asset_id}};
    if (const auto found = d_.side_tables->GetMetadata(metadata); !found) Failed("metadata table", found.error());
    const std::array links{LinkQuery{.end = LinkEnd::kFrom, .asset = no_asset_},
                           LinkQuery{.end = LinkEnd::kTo, .asset = no_asset_}};
    if (const auto found = d_.side_tables->QueryLinks(links, ItemCount{1}); !found)
      Failed("links table", found.error());
    const std::array versions{no_asset_.asset_id};
    if (const auto found = d_.side_tables->QueryVersions(versions, ItemCount{1}); !found) {
      Failed("versions table", found.error());
    }
    if (checks_.size() == before) Say("side tables", State::kOk, "metadata, links and versions can be looked up");
  }

  void Streams() {
    if (!d_.changes) return;
    const auto shards = d_.changes->Shards();
    if (!shards) {
      Failed("change streams", shards.error());
    } else {
      Say("change streams", State::kOk, fmt::format("{} open shards", shards->size()));
    }
    if (!d_.stream_readers) return;
    for (const std::string& table : d_.stream_readers->tables()) {
      if (stop_.requested()) return;
      ReadersOf(table);
    }
  }

  // Hazard H11: one record that its function cannot handle holds a shard until it expires.
  void ReadersOf(const std::string& table) {
    const std::string name = "indexing of " + table;
    const auto readers = d_.stream_readers->Of(table);
    if (!readers) {
      return Say(name, State::kUnknown, fmt::format("who reads its changes is not told: {}", readers.error().message),
                 readers.error().hint);
    }
    if (readers->empty()) {
      return Say(name, State::kWarning, "no function reads its changes, so nothing written there is indexed",
                 "map the table's stream to the indexer function, or run `vams-migrate indexer`");
    }
    for (const StreamReader& reader : *readers) Reader(name + " by " + reader.function, reader);
  }

  void Reader(const std::string& name, const StreamReader& reader) {
    const std::string look = fmt::format("look into the log of the function {}", reader.function);
    if (!reader.reads) {
      return Say(name, State::kWarning, "the function's mapping to the stream is switched off, so it indexes nothing",
                 fmt::format("enable the event source mapping of {}", reader.function));
    }
    if (!reader.behind) {
      return Say(name, State::kUnknown,
                 fmt::format("how far it is behind is not told: {}", reader.behind.error().message),
                 reader.behind.error().hint);
    }
    const bool problem = reader.last_result.starts_with("PROBLEM");
    const auto behind = std::chrono::duration_cast<std::chrono::seconds>(reader.behind->value_or(Duration{0}));
    if (behind >= kFarBehind) {
      return Say(name, State::kWarning,
                 fmt::format("{} min behind (IteratorAge): a record that it cannot handle holds its shard until it "
                             "expires after 24 h, and all that follows with it",
                             Grouped(static_cast<std::uint64_t>(behind / std::chrono::minutes(1)))),
                 look + "; after a large import it may only be busy: look again");
    }
    if (problem) return Say(name, State::kWarning, "its last batch failed: " + reader.last_result, look);
    Say(name, State::kOk,
        *reader.behind ? fmt::format("{} s behind (IteratorAge)", behind.count())
                       : std::string("it had nothing to take within the last hour"));
  }

  void Indexes() {
    static_cast<void>(SaidFault(OpenFault::Part::kIndexes, "indexes"));
    for (SearchIndex* index : {d_.asset_index.get(), d_.file_index.get()}) {
      if (index == nullptr) continue;
      const std::string name = "index " + index->name();
      const auto info = index->Describe();
      if (!info) {
        Failed(name, info.error());
        continue;
      }
      if (!*info) {
        Say(name, State::kFailed, "there is none", "vams-migrate indexes create");
        continue;
      }
      const bool assets = index == d_.asset_index.get();
      const auto differences =
          CheckDefinition(assets ? AssetIndexDefinition() : FileIndexDefinition(), (*info)->definition);
      if (!differences) {
        Failed(name, differences.error());
      } else if (!differences->empty()) {
        Say(name, State::kFailed,
            fmt::format("differs from what VAMS makes in {} places, the first at {}", differences->size(),
                        differences->front().path),
            "`vams-migrate indexes check` lists them");
      } else {
        Say(name, State::kOk, fmt::format("{} documents, mappings as they should be", Grouped((*info)->documents)));
      }
    }
  }

  const Options& options_;
  Deployment& d_;
  const StopFlag& stop_;
  const std::function<void(const DoctorCheck&)>& tell_;
  const AssetKey no_asset_ = ProbeKey();
  bool blocked_ = false;  // nothing further can be looked at
  std::vector<DoctorCheck> checks_;
};

}  // namespace

std::string_view DoctorStateName(DoctorCheck::State state) {
  switch (state) {
    case State::kOk: return "ok";
    case State::kWarning: return "warning";
    case State::kFailed: return "failed";
    case State::kUnknown: return "unknown";
  }
  return "";
}

std::vector<DoctorCheck> RunDoctor(const Options& options, Deployment& deployment, const StopFlag& stop,
                                   const std::function<void(const DoctorCheck&)>& tell) {
  return Doctor(options, deployment, stop, tell).Run();
}

}  // namespace vams
