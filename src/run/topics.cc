#include "run/topics.h"

#include <fmt/ranges.h>

namespace vams {
namespace {

Result<std::string> NotifiedTopic(ObjectStore& objects, const std::string& bucket) {
  TRY_ASSIGN(const std::vector<std::string> topics, objects.CreatedTopics(bucket));
  if (topics.size() == 1) return topics.front();
  if (topics.empty()) {
    return std::unexpected(MakeError(ErrorCode::kNotFound, "bucket {} notifies no topic of created objects", bucket)
                               .WithHint("add the notification, or name the topic in s3_object_created_sns_topic_arn"));
  }
  return std::unexpected(
      MakeError(ErrorCode::kInvalid, "bucket {} notifies several topics: {}", bucket, fmt::join(topics, ", "))
          .WithHint("name the right one in s3_object_created_sns_topic_arn, as a map from bucket to topic"));
}

}  // namespace

Result<std::string> TopicOf(const RunContext& run, const std::string& bucket) {
  if (!run.options.local) {
    if (const auto* single = std::get_if<SingleTopic>(&run.options.topics); single != nullptr && !single->arn.empty()) {
      return single->arn;
    }
    if (const auto* map = std::get_if<TopicByBucket>(&run.options.topics)) {
      if (const auto it = map->arn_by_bucket.find(bucket); it != map->arn_by_bucket.end()) return it->second;
      return std::unexpected(
          MakeError(ErrorCode::kUsage, "s3_object_created_sns_topic_arn names no topic for bucket {}", bucket)
              .WithHint("add the bucket to the map, or use \"auto\""));
    }
  }
  return NotifiedTopic(*run.deployment.objects, bucket);
}

}  // namespace vams
