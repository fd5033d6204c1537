#include "backends/aws/objects/bucket_router.h"

#include "backends/aws/arn.h"
#include "net/region.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

constexpr const char* kRegionHeader = "x-amz-bucket-region";

std::string ArnOf(const AwsClient& client, std::string_view bucket, std::string_view key) {
  std::string resource(bucket);
  if (!key.empty()) resource.append("/").append(key);
  return FormatArn({.partition = std::string(PartitionOf(client.region())),
                    .service = "s3",
                    .region = {},
                    .account = {},
                    .resource = std::move(resource)});
}

// What every object has, and no page of a server between.
bool HasAnObjectsHead(const HttpReply& reply) { return reply.headers.Find("last-modified") != nullptr; }

bool IsSuccess(int status) { return status >= 200 && status <= 299; }

// A refusal that may be one for the region. A HEAD has no body to say so: a wrong region and an expired token are the
// same bare 400.
bool MayBeElsewhere(const BucketRequest& request, const HttpReply& reply) {
  if (IsSuccess(reply.status)) return false;
  const ServiceError said = ReadServiceError(Service::kS3, reply);
  if (Classify(Service::kS3, said).cls == ErrorClass::kRedirect) return true;
  return request.method == Method::kHead && reply.status == 400 && said.code.empty();
}

}  // namespace

BucketRouter::BucketRouter(std::string home_region, ClientOfRegion clients, S3Addressing addressing)
    : home_region_(std::move(home_region)), addressing_(addressing), clients_(std::move(clients)) {}

Result<BucketRouter::Client> BucketRouter::ClientFor(std::string_view bucket) {
  {
    const MutexLock lock(mu_);
    if (const auto found = by_bucket_.find(bucket); found != by_bucket_.end()) return found->second;
  }
  return clients_.Of(home_region_);
}

Result<BucketReply> BucketRouter::SendTo(const AwsClient& client, const BucketRequest& request) const {
  HttpRequest http = client.Request(request.method, request.operation, ArnOf(client, request.bucket, request.key));
  TRY_ASSIGN(http.url, BucketUrl(client.endpoint(), request.bucket, request.key, addressing_));
  http.url.query = request.query;
  if (request.method == Method::kGet) http.readable = LooksLikeXml;
  if (request.operation == "HeadObject") http.readable = HasAnObjectsHead;
  TRY_ASSIGN(HttpReply reply, client.SendAny(http));
  return BucketReply{.reply = std::move(reply), .call = std::move(http.call)};
}

std::optional<std::string> BucketRouter::OtherRegion(const AwsClient& asked, const BucketRequest& request,
                                                     const HttpReply& reply) const {
  std::string region = ReadServiceError(Service::kS3, reply).region;  // the header, else the body
  if (region.empty()) {
    // Whatever its status, the reply to this one names the region; where none comes, the first reply has to do.
    const auto head = SendTo(asked, {.method = Method::kHead, .operation = "HeadBucket", .bucket = request.bucket});
    if (head) region = head->reply.headers.Get(kRegionHeader);
  }
  // What is no region's name must not become a part of a host name.
  if (!IsRegionName(region) || region == asked.region()) return std::nullopt;
  return region;
}

// Hundreds of requests wait in it at once, each with a stack of its own: what is rare stands apart, or its variables
// would lie in every one.
Result<BucketReply> BucketRouter::Send(const BucketRequest& request) {
  TRY_ASSIGN(const Client asked, ClientFor(request.bucket));
  TRY_ASSIGN(BucketReply first, SendTo(*asked, request));
  if (!MayBeElsewhere(request, first.reply)) return first;
  return SendElsewhere(asked, request, std::move(first));
}

Result<BucketReply> BucketRouter::SendElsewhere(const Client& asked, const BucketRequest& request, BucketReply first) {
  const std::optional<std::string> region = OtherRegion(*asked, request, first.reply);
  if (!region) {
    // A HEAD that was refused where the bucket lies: the header must not make it look like a redirect.
    if (first.reply.headers.Get(kRegionHeader) == asked->region()) first.reply.headers.Remove(kRegionHeader);
    return first;
  }
  TRY_ASSIGN(const Client other, clients_.Of(*region));
  TRY_ASSIGN(BucketReply second, SendTo(*other, request));
  if (!MayBeElsewhere(request, second.reply)) {
    const MutexLock lock(mu_);
    by_bucket_.insert_or_assign(std::string(request.bucket), other);
  }
  return second;
}

Error ErrorOf(const BucketReply& answer) {
  Error error = FromService(answer.reply, answer.call);
  if (answer.call.operation == "HeadObject" && answer.reply.status == 403 && error.code == ErrorCode::kAccessDenied) {
    const std::string bucket = answer.call.resource.substr(0, answer.call.resource.find('/'));
    error.hint += error.hint.empty() ? "" : "; ";
    error.hint += "without s3:ListBucket on " + bucket + ", S3 answers the same for an object that does not exist";
  }
  return error;
}

}  // namespace vams::aws
