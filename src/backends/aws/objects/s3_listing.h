#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/object.h"

namespace vams::aws {

// A reply of ListObjectsV2 (docs/reference/aws-facts.md, section 4).
struct S3Listing {
  std::vector<ObjectEntry> entries;          // as the service ordered them
  std::vector<std::string> common_prefixes;  // where a delimiter was given
  std::optional<std::string> next_token;     // there is more; never decoded
  // As the service understood the request; "" where it does not say.
  std::string prefix;
  std::string delimiter;
  std::string start_after;
};

// Keys and the other texts that the service encodes are decoded if, and only if, the reply says that they are: a server
// may ignore encoding-type=url. kBadReply with what is wrong for anything but a whole listing; a page that says there
// is more without saying how to go on is none.
Result<S3Listing> ReadListing(std::string_view body);

// An ETag without the quotes around it.
std::string UnquotedEtag(std::string_view etag);

}  // namespace vams::aws
