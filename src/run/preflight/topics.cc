#include "run/preflight/topics.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <vector>

#include "run/context/selection.h"

namespace vams {
namespace {

constexpr std::string_view kPermission = "s3:GetBucketNotification";

Result<std::string> NotifiedTopic(ObjectStore& objects, const std::string& bucket) {
  const auto topics = objects.CreatedTopics(bucket);
  if (!topics) {
    if (topics.error().code == ErrorCode::kNotFound) return std::unexpected(topics.error());
    Error error = Error(topics.error()).In(fmt::format("the notification configuration of bucket {}", bucket));
    if (error.code == ErrorCode::kAccessDenied) {
      error.hint = fmt::format("allow {}, or name the topic in s3_object_created_sns_topic_arn", kPermission);
    }
    return std::unexpected(std::move(error));
  }
  if (topics->size() == 1) return topics->front();
  if (topics->empty()) {
    return std::unexpected(MakeError(ErrorCode::kPrecondition, "bucket {} notifies no topic of created objects", bucket)
                               .WithHint("add the notification, or name the topic in s3_object_created_sns_topic_arn"));
  }
  return std::unexpected(
      MakeError(ErrorCode::kPrecondition, "bucket {} notifies several topics: {}", bucket, fmt::join(*topics, ", "))
          .WithHint("name the right one in s3_object_created_sns_topic_arn, as a map from bucket to topic"));
}

// Behind a topic that is not the bucket's own stands a function that takes every event of it for an error.
void CheckGivenTopic(const RunContext& run, const std::string& bucket, const std::string& arn,
                     std::vector<std::string>& wrong) {
  const auto own = run.deployment.objects->CreatedTopics(bucket);
  if (!own) {
    if (own.error().code == ErrorCode::kNotFound) return;
    run.log.Warning(
        "Cannot read which topic bucket {} notifies ({}), so {} is used unchecked; the permission for it is {}", bucket,
        own.error().message, arn, kPermission);
    return;
  }
  if (own->empty()) {
    run.log.Warning("Bucket {} notifies no topic of created objects; its events go to {}", bucket, arn);
    return;
  }
  if (std::ranges::find(*own, arn) != own->end()) {
    if (own->size() > 1) {
      run.log.Warning("Bucket {} notifies several topics ({}); all its events go to {}", bucket, fmt::join(*own, ", "),
                      arn);
    }
    return;
  }
  wrong.push_back(
      fmt::format("bucket {} notifies the topic {}, not the one given, {}", bucket, fmt::join(*own, ", "), arn));
}

// Every bucket that is wrong at once: who mends the first one would be refused for the next.
Error WrongTopics(const std::vector<std::string>& wrong) {
  return MakeError(ErrorCode::kPrecondition, "{}: what stands behind another bucket's topic refuses its events",
                   fmt::join(wrong, "; "))
      .WithHint(
          "set s3_object_created_sns_topic_arn to \"auto\", which takes each bucket's own topic, or to a map from "
          "bucket "
          "to topic; --single-topic sends to the ones given all the same");
}

// Adds to `wrong` where a topic is given that is not the bucket's own.
Result<std::string> TopicOf(const RunContext& run, const std::string& bucket, std::vector<std::string>& wrong) {
  const auto given = [&](const std::string& arn) {
    if (!run.options.single_topic) CheckGivenTopic(run, bucket, arn, wrong);
    return arn;
  };
  if (const auto* single = std::get_if<SingleTopic>(&run.options.topics); single != nullptr && !single->arn.empty()) {
    return given(single->arn);
  }
  if (const auto* map = std::get_if<TopicByBucket>(&run.options.topics)) {
    if (const auto it = map->arn_by_bucket.find(bucket); it != map->arn_by_bucket.end()) return given(it->second);
    return std::unexpected(
        MakeError(ErrorCode::kUsage, "s3_object_created_sns_topic_arn names no topic for bucket {}", bucket)
            .WithHint("add the bucket to the map, or use \"auto\""));
  }
  return NotifiedTopic(*run.deployment.objects, bucket);
}

}  // namespace

std::vector<std::string> TopicsOf(const FileTargets& targets) {
  std::set<std::string> topics;
  for (const auto& [bucket, topic] : targets.topics) {
    if (topic) topics.insert(*topic);
  }
  return {topics.begin(), topics.end()};
}

Result<FileTargets> PlanFileTargets(const RunContext& run) {
  FileTargets targets;
  TRY_ASSIGN(targets.plan, PlanLocations(*run.deployment.buckets));
  if (run.deployment.bucket_sync) {
    for (const std::string& place : targets.plan.hidden_from_sync) {
      run.log.Warning(
          "Bucket record {}: bucket sync looks for a prefix that ends in '/' and does not begin with one, so it "
          "refuses "
          "every event below this one",
          place);
    }
  }
  std::erase_if(targets.plan.locations,
                [&](const ObjectLocation& location) { return !Selects(run.options.selection, location); });
  std::vector<std::string> wrong;
  for (const ObjectLocation& location : targets.plan.locations) {
    if (targets.topics.contains(location.bucket)) continue;
    // An embedded VAMS always tells itself where its events go, whatever the settings name.
    auto topic = run.options.local ? NotifiedTopic(*run.deployment.objects, location.bucket)
                                   : TopicOf(run, location.bucket, wrong);
    const bool others_may_go = run.options.local || (!topic && topic.error().code == ErrorCode::kNotFound);
    if (!topic && !others_may_go) return std::unexpected(std::move(topic).error());
    targets.topics.emplace(location.bucket, std::move(topic));
  }
  if (!wrong.empty()) return std::unexpected(WrongTopics(wrong));
  return targets;
}

}  // namespace vams
