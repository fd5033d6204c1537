#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http.h"

namespace vams::aws {

// Where a bucket's name goes: into the host name or into the path (docs/reference/aws-facts.md, section 4).
enum class S3Addressing {
  kAuto,         // the host for AWS's own endpoints, where name and certificate allow it; else the path
  kPath,         // https://endpoint/bucket/key
  kVirtualHost,  // https://bucket.endpoint/key
};

// The URL of `bucket` at `endpoint`, or of an object in it where `key` is not empty. The key is encoded once, "/" and
// dots stay, as S3 wants it; nothing is normalised. kInvalid: no bucket can have that name.
Result<Url> BucketUrl(const Url& endpoint, std::string_view bucket, std::string_view key, S3Addressing addressing);

}  // namespace vams::aws
