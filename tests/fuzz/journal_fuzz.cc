// Journals, whatever bytes they hold: reading ends, gives the state after a prefix of the commits, and what it takes is
// written again as the same bytes.
#include <cstdlib>
#include <string>
#include <string_view>

#include "journal/journal_reader.h"

namespace {

vams::Result<vams::JournalContents> Read(std::string_view bytes) {
  const vams::ReadAt read = [bytes](std::uint64_t offset, std::size_t n, std::string& into) -> vams::Status {
    into.append(bytes.substr(offset, n));
    return {};
  };
  return vams::ReadJournal(read, bytes.size());
}

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckJournal(std::string_view bytes) {
  const auto contents = Read(bytes);
  if (!contents) {
    Require(contents.error().code == vams::ErrorCode::kCorrupt && !contents.error().hint.empty());
    return;
  }
  Require(contents->good_bytes + contents->dropped_bytes == bytes.size());
  const auto again = Read(bytes.substr(0, contents->good_bytes));
  Require(again && again->state == contents->state && again->dropped_bytes == 0);
  const auto compacted = Read(vams::EncodeHeader(contents->header) + *vams::EncodeBatch(contents->state.Snapshot()));
  Require(compacted && compacted->header == contents->header && compacted->state == contents->state);
}

// No mutation keeps a checksum right, so the payloads are reached without it.
void CheckPayload(std::string_view payload) {
  const vams::Frame header{static_cast<std::uint8_t>(vams::FrameType::kHeader), payload, 0};
  if (const auto read = vams::DecodeHeader(header)) {
    Require(vams::FirstFrame(vams::EncodeHeader(*read))->payload == payload);
  }
  const vams::Frame commit{static_cast<std::uint8_t>(vams::FrameType::kCommit), payload, 0};
  if (const auto batch = vams::DecodeBatch(commit)) {
    const std::string frame = *vams::EncodeBatch(*batch);
    Require(vams::FirstFrame(frame)->payload == payload);
    vams::JournalState state;
    state.Apply(*batch);
    vams::JournalState again;
    again.Apply(state.Snapshot());
    Require(state == again);
    CheckJournal(vams::EncodeHeader({}) + frame);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckJournal(bytes);
  CheckPayload(bytes);
  return 0;
}
