#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/configuration_hash.h"
#include "journal/journal_batch.h"

namespace vams {

// The bytes of docs/journal.md, without any I/O. What decodes encodes again as the same bytes.

struct JournalHeader {
  std::string run_id;
  std::string program_version;
  UtcTime created;
  Salt salt{};
  ConfigurationHash configuration{};
  std::vector<std::string> side_files{};  // those the run may have
  bool operator==(const JournalHeader&) const = default;
};

// The first bytes of every frame: its length and checksum.
constexpr std::size_t kEnvelopeBytes = 8;

enum class FrameType : std::uint8_t { kHeader = 1, kCommit = 2 };

struct Frame {
  std::uint8_t type = 0;  // any number
  std::string_view payload;
  std::size_t bytes = 0;  // of the whole frame
};

// How long the frame says that it is, envelope included; nullopt for less than an envelope.
std::optional<std::uint64_t> FrameBytes(std::string_view bytes);
// The frame at the start of `bytes`; nullopt: not whole, or not with this checksum.
std::optional<Frame> FirstFrame(std::string_view bytes);

// One frame each. The batch is one that CheckBatch accepts. kTooLarge: it does not fit a frame (4 GiB).
std::string EncodeHeader(const JournalHeader& header);
Result<std::string> EncodeBatch(const JournalBatch& batch);

// kCorrupt: no header, or that of a newer version; each with a hint.
Result<JournalHeader> DecodeHeader(const Frame& frame);
// nullopt: no commit.
std::optional<JournalBatch> DecodeBatch(const Frame& frame);

// How a header that cannot be read is told.
Error DamagedHeader(std::string_view what);

}  // namespace vams
