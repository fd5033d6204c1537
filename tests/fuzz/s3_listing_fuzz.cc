// Listings of S3, whatever bytes they hold: reading ends, gives keys that are keys, and reads what is written of it
// again as the same.
#include <cstdlib>
#include <string_view>

#include "backends/aws/objects/s3_listing.h"
#include "base/percent.h"
#include "base/text.h"

namespace {

std::string Written(const vams::aws::S3Listing& listing) {
  std::string body = "<ListBucketResult><EncodingType>url</EncodingType>";
  body += listing.next_token ? "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
                             : "<IsTruncated>false</IsTruncated>";
  body += "<Prefix>" + vams::PercentEncode(listing.prefix) + "</Prefix>";
  for (const vams::ObjectEntry& entry : listing.entries) {
    body += "<Contents><Key>" + vams::PercentEncode(entry.key, "/") + "</Key><Size>" + std::to_string(entry.size) +
            "</Size><LastModified>" + vams::FormatIsoMillis(entry.last_modified) + "</LastModified></Contents>";
  }
  return body + "</ListBucketResult>";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto listing = vams::aws::ReadListing({reinterpret_cast<const char*>(data), size});
  if (!listing) {
    const vams::Error& error = listing.error();
    if (error.code != vams::ErrorCode::kBadReply || error.message != vams::Printable(error.message)) std::abort();
    return 0;
  }
  if (listing->next_token && listing->next_token->empty()) std::abort();
  for (const vams::ObjectEntry& entry : listing->entries) {
    if (entry.key.empty() || entry.key.size() > 1024 || !vams::IsUtf8(entry.key)) std::abort();
  }
  const auto again = vams::aws::ReadListing(Written(*listing));
  if (!again || again->prefix != listing->prefix || again->entries.size() != listing->entries.size()) std::abort();
  for (std::size_t i = 0; i < again->entries.size(); ++i) {
    const vams::ObjectEntry& a = again->entries[i];
    const vams::ObjectEntry& b = listing->entries[i];
    if (a.key != b.key || a.size != b.size || a.last_modified != b.last_modified) std::abort();
  }
  return 0;
}
