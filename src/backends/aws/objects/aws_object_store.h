#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/objects/bucket_router.h"
#include "backends/aws/objects/s3_notification.h"
#include "ports/object_store.h"

namespace vams::aws {

struct S3Options {
  S3Addressing addressing = S3Addressing::kAuto;
  std::size_t head_workers = 16;  // HEADs of one HeadMany that are under way at a time
};

// The objects of S3, and of servers that speak as it does (docs/reference/aws-facts.md, section 4). A bucket may lie in
// any region: what is asked in the wrong one is asked again, once, in the right one, which is kept.
class AwsObjectStore final : public ObjectStore {
 public:
  AwsObjectStore(std::string home_region, ClientOfRegion clients, const S3Options& options);

  Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                          ItemCount limit) override;
  Cursor After(std::string_view key) const override;
  Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) override;
  // Objects that S3 refuses to tell of are errors of their own, never nullopt. No such bucket is nullopt: a HEAD cannot
  // tell.
  Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override;
  // A topic with a filter counts; Notifications tells the filter.
  Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override;

  // Every topic that the bucket notifies, of whatever. No bucket: kNotFound.
  Result<std::vector<TopicNotification>> Notifications(std::string_view bucket);

 private:
  Result<std::optional<ObjectHead>> Head(const ObjectRef& object);
  static Result<std::optional<ObjectHead>> HeadIn(const BucketReply& answer);

  BucketRouter router_;
  const S3Options options_;
};

}  // namespace vams::aws
