#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/aws/objects/bucket_url.h"
#include "backends/aws/regional_clients.h"
#include "base/mutex.h"

namespace vams::aws {

// One request about a bucket, or about an object in it where `key` is not empty.
struct BucketRequest {
  Method method = Method::kGet;
  std::string_view operation;
  std::string_view bucket;
  std::string_view key{};
  std::vector<std::pair<std::string, std::string>> query{};
};

// What S3 said, and for what: with both, FromService makes the error.
struct BucketReply {
  HttpReply reply;
  Call call;
};

// Sends requests to the region in which a bucket lies. The first request for a bucket goes to the home region; where
// that one says that the bucket is elsewhere, it is sent once more, signed for that region and to its endpoint, and the
// region is kept. Safe for concurrent calls.
class BucketRouter {
 public:
  BucketRouter(std::string home_region, ClientOfRegion clients, S3Addressing addressing);

  // The reply whatever its status. It is a redirect only where following it once did not help, or where nothing says
  // whereto. Error: no reply arrived, no client for the region, or no name of a bucket.
  Result<BucketReply> Send(const BucketRequest& request);

 private:
  using Client = std::shared_ptr<const AwsClient>;
  Result<Client> ClientFor(std::string_view bucket) EXCLUDES(mu_);
  Result<BucketReply> SendElsewhere(const Client& asked, const BucketRequest& request, BucketReply first);
  Result<BucketReply> SendTo(const AwsClient& client, const BucketRequest& request) const;
  // Where the reply, or S3 when asked, says that the bucket lies; nullopt: nowhere else.
  std::optional<std::string> OtherRegion(const AwsClient& asked, const BucketRequest& request,
                                         const HttpReply& reply) const;

  const std::string home_region_;
  const S3Addressing addressing_;
  RegionalClients clients_;
  Mutex mu_;
  std::map<std::string, Client, std::less<>> by_bucket_ GUARDED_BY(mu_);
};

// The error that a reply without success is. A refused HEAD tells also what else it may mean.
Error ErrorOf(const BucketReply& answer);

}  // namespace vams::aws
