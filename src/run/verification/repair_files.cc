#include "run/verification/repair_files.h"

#include <map>
#include <utility>

#include "base/pause.h"
#include "config/limits.h"
#include "events/publisher.h"
#include "events/reindex_event.h"
#include "run/decisions/classify_objects.h"

namespace vams {
namespace {

constexpr ItemCount kBurst{200};
constexpr int kMaxTries = 4;
constexpr Duration kFirstPause = std::chrono::milliseconds(100);

SourcePorts PortsOf(const Deployment& d) { return {*d.assets, *d.buckets, *d.side_tables, *d.objects}; }

}  // namespace

FileRepairer::FileRepairer(const RunContext& run, const FileTargets& targets, OnFailure on_failure)
    : run_(run),
      targets_(targets),
      on_failure_(std::move(on_failure)),
      expected_(PortsOf(run.deployment), run.options.EffectiveCompatibility()),
      indexer_(PortsOf(run.deployment), *run.deployment.file_index, run.options.EffectiveCompatibility(), run.clock) {
  if (const auto rate = EffectiveRate(run.options, /*for_events=*/true)) pace_.emplace(run.clock, *rate, kBurst);
}

Status FileRepairer::Repair(const std::vector<ObjectRef>& objects) {
  TRY_ASSIGN(auto heads, run_.deployment.objects->HeadMany(objects));
  std::map<std::string, std::vector<ObjectEntry>> by_bucket;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (!heads[i]) {
      on_failure_(objects[i], heads[i].error());
    } else if (*heads[i]) {
      ObjectHead& head = **heads[i];
      by_bucket[objects[i].bucket].push_back(
          {objects[i].key, head.size, head.last_modified, head.etag, std::move(head)});
    }
  }
  for (auto& [bucket, entries] : by_bucket) TRY(RepairIn(bucket, entries));
  return {};
}

Status FileRepairer::RepairIn(const std::string& bucket, const std::vector<ObjectEntry>& entries) {
  std::vector<const ObjectEntry*> to_publish;
  std::vector<ObjectRef> to_index;
  if (!run_.deployment.bucket_sync) {
    // Nothing stands between the topic and the indexers, which decide about every event by themselves.
    for (const ObjectEntry& entry : entries) to_publish.push_back(&entry);
    return Publish(bucket, to_publish);
  }
  expected_.Forget();
  TRY_ASSIGN(const auto decisions, expected_.DecideObjects(bucket, entries));
  std::vector<NamedObject> named;
  std::vector<const ObjectEntry*> of_named;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!decisions[i]) {
      on_failure_({bucket, entries[i].key}, decisions[i].error());
    } else if (decisions[i]->decision.kind == Decision::Kind::kIndex) {
      named.push_back({entries[i].key, decisions[i]->asset->key});
      of_named.push_back(&entries[i]);
    }
  }
  TRY_ASSIGN(const auto hazards, HazardsOf(run_, expected_, bucket, named));
  for (std::size_t n = 0; n < named.size(); ++n) {
    if (hazards[n]) {
      to_index.push_back({bucket, of_named[n]->key});
    } else {
      to_publish.push_back(of_named[n]);
    }
  }
  TRY(IndexDirectly(std::move(to_index)));
  return Publish(bucket, to_publish);
}

Status FileRepairer::Publish(const std::string& bucket, const std::vector<const ObjectEntry*>& entries) {
  if (entries.empty()) return {};
  const auto topic = targets_.topics.find(bucket);
  if (topic == targets_.topics.end() || !topic->second) {
    const Error error = topic == targets_.topics.end()
                            ? MakeError(ErrorCode::kNotFound, "no topic is known for bucket {}", bucket)
                            : topic->second.error();
    for (const ObjectEntry* entry : entries) on_failure_({bucket, entry->key}, error);
    return {};
  }
  std::vector<TopicMessage> messages;
  messages.reserve(entries.size());
  const std::string region = run_.options.aws_region.value_or("us-east-1");
  for (const ObjectEntry* entry : entries) {
    messages.push_back(BuildReindexEvent({.region = region,
                                          .bucket = bucket,
                                          .key = entry->key,
                                          .size = Bytes{entry->size},
                                          .last_modified = entry->last_modified,
                                          .etag = entry->etag,
                                          .version_id = entry->head->version_id},
                                         run_.options.event_key_encoding));
  }
  const PublishedBatch sent = PublishAll(*run_.deployment.topic, *topic->second, std::move(messages), PublishPolicy{},
                                         pace_ ? &*pace_ : nullptr, run_.clock, run_.stop);
  counts_.published += sent.published;
  for (const auto& failure : sent.failures) on_failure_({bucket, entries[failure.index]->key}, failure.error);
  return {};
}

Status FileRepairer::IndexDirectly(std::vector<ObjectRef> objects) {
  Duration pause = kFirstPause;
  for (int tries = 1; !objects.empty(); ++tries) {
    std::vector<ObjectNotice> notices;
    notices.reserve(objects.size());
    for (const ObjectRef& object : objects) notices.push_back({.object = object});
    TRY_ASSIGN(const auto outcomes, indexer_.HandleObjects(notices));
    std::vector<ObjectRef> again;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const bool last = tries == kMaxTries || run_.stop.requested();
      if (outcomes[i].kind == RecordOutcome::Kind::kSettled) {
        counts_.indexed += outcomes[i].indexed;
      } else if (outcomes[i].kind == RecordOutcome::Kind::kRefused || last) {
        on_failure_(objects[i], MakeError(ErrorCode::kInvalid, "{}", outcomes[i].reason));
      } else {
        again.push_back(std::move(objects[i]));
      }
    }
    objects = std::move(again);
    if (objects.empty()) return {};
    SleepUnlessStopped(run_.clock, run_.stop, pause);
    pause *= 2;
  }
  return {};
}

}  // namespace vams
