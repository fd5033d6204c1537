#pragma once

#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "net/s3_addressing.h"

namespace vams::aws {

// The URL of `bucket` at `endpoint`, or of an object in it where `key` is not empty. The key is encoded once, "/" and
// dots stay, as S3 wants it; nothing is normalised. kInvalid: no bucket can have that name.
Result<Url> BucketUrl(const Url& endpoint, std::string_view bucket, std::string_view key, S3Addressing addressing);

}  // namespace vams::aws
