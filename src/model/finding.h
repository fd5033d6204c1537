#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vams {

enum class IndexKind { kAssets, kFiles };
std::string_view IndexKindName(IndexKind kind);  // "assets", "files"

// SPEC section 1: one item that is failed, missing, stale, unexpected, skipped or withheld.
enum class FindingKind { kFailed, kMissing, kStale, kUnexpected, kSkipped, kWithheld, kGone, kInvalid };
std::string_view FindingKindName(FindingKind kind);
std::optional<FindingKind> FindingKindFromName(std::string_view name);

// Causes for which sending the document again is no remedy, the second one where all else in the document is right.
inline constexpr std::string_view kCauseIdTooLong = "its id has more bytes than an index takes";
inline constexpr std::string_view kCauseRefusedByMapping = "refused by the mapping";  // ": " and names may follow

struct Finding {
  IndexKind index = IndexKind::kAssets;
  std::string id;  // the document id; where there is none, what names the item: bucket/key, or the record's place
  FindingKind kind = FindingKind::kFailed;
  std::string cause;   // short and the same for all of its class: "never delivered", "field list_tags differs"
  std::string detail;  // of this one item, may be empty
};

// One JSON object on one line, without the newline.
std::string ToNdjson(const Finding& finding);
// kCorrupt: not such a line.
Result<Finding> FindingFromNdjson(std::string_view line);

}  // namespace vams
