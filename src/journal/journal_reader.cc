#include "journal/journal_reader.h"

#include <algorithm>
#include <utility>

namespace vams {
namespace {

class Frames {
 public:
  Frames(const ReadAt& read, std::uint64_t size) : read_(read), size_(size) {}

  // The next frame, good until the next call; nullopt: none is good from here on.
  Result<std::optional<Frame>> Next() {
    TRY(Have(kEnvelopeBytes));
    const auto wanted = FrameBytes(rest());
    if (!wanted || *wanted > size_ - offset_) return std::nullopt;
    TRY(Have(*wanted));
    const auto frame = FirstFrame(rest());
    if (frame) {
      offset_ += frame->bytes;
      taken_ += frame->bytes;
    }
    return frame;
  }

 private:
  std::string_view rest() const { return std::string_view(buffer_).substr(taken_); }

  Status Have(std::uint64_t bytes) {
    constexpr std::uint64_t kPart = 1 << 16;
    const std::uint64_t have = buffer_.size() - taken_;
    if (have >= bytes) return {};
    buffer_.erase(0, std::exchange(taken_, 0));
    return read_(offset_ + have, std::max(bytes, kPart) - have, buffer_);
  }

  const ReadAt& read_;
  const std::uint64_t size_;
  std::uint64_t offset_ = 0;  // of the next frame
  std::string buffer_;        // from offset_ - taken_ on
  std::size_t taken_ = 0;
};

}  // namespace

Result<JournalContents> ReadJournal(const ReadAt& read, std::uint64_t size) {
  Frames frames(read, size);
  TRY_ASSIGN(const auto first, frames.Next());
  if (!first) return std::unexpected(DamagedHeader("is damaged or cut off"));
  JournalContents contents;
  TRY_ASSIGN(contents.header, DecodeHeader(*first));
  contents.good_bytes = first->bytes;
  for (;;) {
    TRY_ASSIGN(const auto frame, frames.Next());
    auto batch = frame ? DecodeBatch(*frame) : std::nullopt;
    if (!batch) break;
    contents.state.Apply(*std::move(batch));
    contents.good_bytes += frame->bytes;
  }
  contents.dropped_bytes = size - contents.good_bytes;
  return contents;
}

}  // namespace vams
