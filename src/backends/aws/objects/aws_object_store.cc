#include "backends/aws/objects/aws_object_store.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "backends/aws/objects/s3_cursor.h"
#include "backends/aws/objects/s3_listing.h"
#include "base/concurrently.h"
#include "base/text.h"
#include "net/http_date.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

constexpr std::uint64_t kMostKeys = 1000;  // of one page
constexpr std::size_t kLongestKey = 1024;

// Reads the body of a reply that succeeded. A service may send an error behind a 200.
template <class T>
Result<T> ReadBody(const BucketReply& answer, Result<T> (*read)(std::string_view)) {
  if (answer.reply.status != 200) return std::unexpected(ErrorOf(answer));
  Result<T> value = read(answer.reply.body);
  if (value) return value;
  if (!ReadServiceError(answer.call.service, answer.reply).code.empty()) return std::unexpected(ErrorOf(answer));
  return std::unexpected(BadReply(answer.call, answer.reply, value.error().message));
}

BucketRequest ListRequest(std::string_view bucket, std::string_view prefix, ItemCount limit) {
  BucketRequest request{.operation = "ListObjectsV2", .bucket = bucket};
  request.query = {{"list-type", "2"},
                   {"encoding-type", "url"},  // else a key with a control character breaks the XML
                   {"max-keys", std::to_string(std::min(limit.value, kMostKeys))}};
  if (!prefix.empty()) request.query.emplace_back("prefix", prefix);
  return request;
}

// Did the service refuse the token, and not the request?
bool IsTokenRefused(const HttpReply& reply) {
  return reply.status == 400 && ReadServiceError(Service::kS3, reply).code == "InvalidArgument";
}

// What would make a caller list for ever, or take foreign objects for those of the prefix.
Status CheckListing(const S3Listing& listing, std::string_view prefix, const std::optional<S3Position>& from) {
  for (const ObjectEntry& entry : listing.entries) {
    if (!entry.key.starts_with(prefix)) {
      return Fail(ErrorCode::kBadReply, "it lists '{}', which does not begin with '{}'", Printable(entry.key),
                  Printable(prefix));
    }
  }
  if (from && !from->token.empty() && listing.next_token == from->token) {
    return Fail(ErrorCode::kBadReply, "it goes on with the token that was sent, so there is no end");
  }
  return {};
}

bool IsCommonPrefix(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text.starts_with(prefix) && text.find('/', prefix.size()) == text.size() - 1 &&
         text.size() <= kLongestKey && IsUtf8(text);
}

Result<ObjectHead> ReadHead(const HttpReply& reply) {
  constexpr std::string_view kMetadata = "x-amz-meta-";
  ObjectHead head;
  const std::string_view length = reply.headers.Get("content-length");
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), head.size);
  if (length.empty() || error != std::errc() || end != length.data() + length.size()) {
    return Fail(ErrorCode::kBadReply, "it has no Content-Length");
  }
  const std::optional<UtcTime> last_modified = ParseHttpDate(reply.headers.Get("last-modified"));
  if (!last_modified) return Fail(ErrorCode::kBadReply, "it has no Last-Modified");
  head.last_modified = *last_modified;
  head.etag = UnquotedEtag(reply.headers.Get("etag"));
  // "null" is what stands where versioning was off.
  const std::string_view version = reply.headers.Get("x-amz-version-id");
  if (!version.empty() && version != "null") head.version_id = std::string(version);
  for (const auto& [name, value] : reply.headers.entries()) {
    if (!SameHeaderName(std::string_view(name).substr(0, kMetadata.size()), kMetadata)) continue;
    head.metadata.emplace_back(AsciiLower(std::string_view(name).substr(kMetadata.size())), value);
  }
  return head;
}

}  // namespace

AwsObjectStore::AwsObjectStore(std::string home_region, ClientOfRegion clients, const S3Options& options)
    : router_(std::move(home_region), std::move(clients), options.addressing), options_(options) {}

Result<ObjectPage> AwsObjectStore::List(std::string_view bucket, std::string_view prefix,
                                        const std::optional<Cursor>& from, ItemCount limit) {
  if (limit.value == 0) return Fail(ErrorCode::kInvalid, "a page must hold at least one object");
  BucketRequest request = ListRequest(bucket, prefix, limit);
  std::optional<S3Position> position;
  if (from) {
    TRY_ASSIGN(position, ReadCursor(*from));
    if (position->token.empty()) {
      request.query.emplace_back("start-after", position->last_key);
    } else {
      request.query.emplace_back("continuation-token", position->token);
    }
  }
  TRY_ASSIGN(BucketReply answer, router_.Send(request));
  if (position && !position->token.empty() && IsTokenRefused(answer.reply)) {
    request.query.pop_back();
    if (!position->last_key.empty()) request.query.emplace_back("start-after", position->last_key);
    TRY_ASSIGN(answer, router_.Send(request));
  }
  TRY_ASSIGN(S3Listing listing, ReadBody(answer, ReadListing));
  if (const Status checked = CheckListing(listing, prefix, position); !checked) {
    return std::unexpected(BadReply(answer.call, answer.reply, checked.error().message));
  }
  ObjectPage page{.entries = std::move(listing.entries), .next = std::nullopt};
  if (listing.next_token) {
    std::string last_key = position ? position->last_key : std::string();
    if (!page.entries.empty()) last_key = page.entries.back().key;
    page.next = MakeCursor({.token = std::move(*listing.next_token), .last_key = std::move(last_key)});
  }
  return page;
}

Cursor AwsObjectStore::After(std::string_view key) const {
  return MakeCursor({.token = {}, .last_key = std::string(key)});
}

Result<std::vector<std::string>> AwsObjectStore::CommonPrefixes(std::string_view bucket, std::string_view prefix) {
  BucketRequest request = ListRequest(bucket, prefix, ItemCount{kMostKeys});
  request.query.emplace_back("delimiter", "/");
  TRY_ASSIGN(const BucketReply answer, router_.Send(request));
  TRY_ASSIGN(S3Listing listing, ReadBody(answer, ReadListing));
  for (const std::string& common : listing.common_prefixes) {
    if (IsCommonPrefix(common, prefix)) continue;
    return std::unexpected(BadReply(
        answer.call, answer.reply,
        fmt::format("'{}' is no prefix that keys behind '{}' have in common", Printable(common), Printable(prefix))));
  }
  // A server may have an order of its own.
  std::ranges::sort(listing.common_prefixes);
  const auto repeated = std::ranges::unique(listing.common_prefixes);
  listing.common_prefixes.erase(repeated.begin(), repeated.end());
  return std::move(listing.common_prefixes);
}

Result<std::optional<ObjectHead>> AwsObjectStore::Head(const ObjectRef& object) {
  if (object.key.empty()) return Fail(ErrorCode::kInvalid, "an object in {} has an empty key", object.bucket);
  TRY_ASSIGN(
      const BucketReply answer,
      router_.Send({.method = Method::kHead, .operation = "HeadObject", .bucket = object.bucket, .key = object.key}));
  return HeadIn(answer);
}

Result<std::optional<ObjectHead>> AwsObjectStore::HeadIn(const BucketReply& answer) {
  const HttpReply& reply = answer.reply;
  if (reply.headers.Get("x-amz-delete-marker") == "true") return std::nullopt;
  if (reply.status == 404) {
    // "Not there" may make somebody remove what belongs to it, so it has to come from S3 and not from a server between.
    if (!RequestId(reply).empty()) return std::nullopt;
    return std::unexpected(BadReply(answer.call, reply, "a 404 without a request id is none of S3"));
  }
  if (reply.status != 200) return std::unexpected(ErrorOf(answer));
  Result<ObjectHead> head = ReadHead(reply);
  if (!head) return std::unexpected(BadReply(answer.call, reply, head.error().message));
  return std::optional(std::move(*head));
}

Result<std::vector<Result<std::optional<ObjectHead>>>> AwsObjectStore::HeadMany(std::span<const ObjectRef> objects) {
  if (objects.size() == 1) {
    std::vector<Result<std::optional<ObjectHead>>> one;
    one.push_back(Head(objects.front()));
    return one;
  }
  // "Not asked" until it is: what is absent must have been said to be.
  std::vector<Result<std::optional<ObjectHead>>> heads(objects.size(), Fail(ErrorCode::kCancelled, "not asked"));
  ForEachConcurrently(objects.size(), options_.head_workers, [&](std::size_t i) { heads[i] = Head(objects[i]); });
  return heads;
}

Result<std::vector<TopicNotification>> AwsObjectStore::Notifications(std::string_view bucket) {
  TRY_ASSIGN(const BucketReply answer, router_.Send({.method = Method::kGet,
                                                     .operation = "GetBucketNotificationConfiguration",
                                                     .bucket = bucket,
                                                     .query = {{"notification", ""}}}));
  return ReadBody(answer, ReadNotifications);
}

Result<std::vector<std::string>> AwsObjectStore::CreatedTopics(std::string_view bucket) {
  TRY_ASSIGN(const std::vector<TopicNotification> notifications, Notifications(bucket));
  std::vector<std::string> topics;
  for (const TopicNotification& notification : notifications) {
    // A topic may stand there several times, for several prefixes.
    if (notification.OfCreated() && std::ranges::find(topics, notification.topic) == topics.end()) {
      topics.push_back(notification.topic);
    }
  }
  return topics;
}

}  // namespace vams::aws
