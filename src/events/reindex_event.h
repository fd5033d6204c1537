#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/units.h"
#include "ports/event_topic.h"

namespace vams {

// How an object key is written in an event (docs/reference/deployment-hazards.md, H6).
// kMinimal: only '%' and '+' are escaped, right for every consumer that decodes and for one that does not unless the
// key holds one of the two. kS3: form-urlencoded with '/' kept, as S3 does. kRaw: as it is.
enum class KeyEncoding { kMinimal, kS3, kRaw };

std::string EncodeEventKey(std::string_view key, KeyEncoding encoding);

// One object as an event tells of it.
struct EventFacts {
  std::string_view region;
  std::string_view bucket;
  std::string_view key;
  Bytes size;
  UtcTime last_modified;
  std::string_view etag;  // without quotes
  std::optional<std::string_view> version_id;
};

inline constexpr std::string_view kReindexSubject = "S3 Notification - Reindex";

// The message that the guide's utility publishes (docs/reference/vams-behaviour.md, section 7), with the time in Z
// form, a sequencer that sorts at or before the real one of the same object, and the version where known. `bucket`,
// `key` and `etag` must be UTF-8.
TopicMessage BuildReindexEvent(const EventFacts& facts, KeyEncoding encoding);
// The same into a message whose memory is used again.
void WriteReindexEvent(const EventFacts& facts, KeyEncoding encoding, TopicMessage& message);
// That message has no more, subject and body together, in any encoding.
Bytes MostBytesOfReindexEvent(const EventFacts& facts);

}  // namespace vams
