#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "backends/embedded/object_writer.h"
#include "base/clock.h"

namespace vams::embedded {

// The key as S3 writes it into its events: form-urlencoded, '/' kept.
std::string EncodeEventKey(std::string_view key);

// The body of the message that S3 sends of a stored or removed object (S3's own field names, eventVersion 2.1).
// `sequencer` grows with each change of a key.
std::string S3EventBody(const StoredObject& object, bool versioned, UtcTime at, std::uint64_t sequencer);

}  // namespace vams::embedded
