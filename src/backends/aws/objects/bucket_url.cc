#include "backends/aws/objects/bucket_url.h"

#include <algorithm>

#include "base/percent.h"
#include "base/text.h"

namespace vams::aws {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

// What the oldest buckets may be called; nothing of it can change the meaning of a URL.
bool IsBucketName(std::string_view name) {
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
           return IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
         });
}

// Can the name be part of a host name?
bool IsHostPart(std::string_view name) {
  if (name.size() > 63) return false;
  bool only_numbers = true;
  char before = '.';
  for (const char c : name) {
    if (!IsDigit(c) && !IsLower(c) && c != '.' && c != '-') return false;
    // A label neither begins nor ends with a hyphen, and none is empty.
    if ((before == '.' && !IsDigit(c) && !IsLower(c)) || (before == '-' && c == '.')) return false;
    only_numbers = only_numbers && (IsDigit(c) || c == '.');
    before = c;
  }
  // 192.168.5.4 would be an address.
  return before != '.' && before != '-' && !(only_numbers && std::ranges::count(name, '.') == 3);
}

bool IsAwsEndpoint(std::string_view host) {
  return (host.starts_with("s3.") || host.starts_with("s3-")) &&
         (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
}

bool UsesVirtualHost(const Url& endpoint, std::string_view bucket, S3Addressing addressing) {
  if (addressing != S3Addressing::kAuto) return addressing == S3Addressing::kVirtualHost;
  if (!IsAwsEndpoint(endpoint.host) || !IsHostPart(bucket)) return false;
  // The certificate is one for *.s3.region.amazonaws.com, and its star stands for one label.
  return endpoint.scheme == Scheme::kHttp || bucket.find('.') == std::string_view::npos;
}

}  // namespace

Result<Url> BucketUrl(const Url& endpoint, std::string_view bucket, std::string_view key, S3Addressing addressing) {
  if (!IsBucketName(bucket)) return Fail(ErrorCode::kInvalid, "'{}' is no name of a bucket", Printable(bucket));
  Url url = endpoint;
  if (url.path.ends_with('/')) url.path.pop_back();
  if (UsesVirtualHost(endpoint, bucket, addressing)) {
    if (!IsHostPart(bucket)) {
      return std::unexpected(MakeError(ErrorCode::kInvalid, "bucket '{}' cannot be part of a host name", bucket)
                                 .WithHint("use path-style addressing for it"));
    }
    url.host = std::string(bucket) + "." + url.host;
    url.path += "/";
  } else {
    url.path += "/" + std::string(bucket);
    if (!key.empty()) url.path += "/";
  }
  url.path += PercentEncode(key, "/");
  return url;
}

}  // namespace vams::aws
