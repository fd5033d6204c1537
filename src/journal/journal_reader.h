#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "journal/journal_format.h"
#include "journal/journal_state.h"

namespace vams {

struct JournalContents {
  JournalHeader header;
  JournalState state;
  std::uint64_t good_bytes = 0;     // up to the end of the last good frame
  std::uint64_t dropped_bytes = 0;  // what follows them: a torn or damaged frame and all behind it
};

// Appends up to `bytes` bytes from `offset` on to `into`; fewer only where they end.
using ReadAt = std::function<Status(std::uint64_t offset, std::size_t bytes, std::string& into)>;

// Reads a journal of `size` bytes frame by frame, up to the first that is not good. Holds one frame and the state.
// Errors: kCorrupt, where the header is not good; what `read` answers.
Result<JournalContents> ReadJournal(const ReadAt& read, std::uint64_t size);

}  // namespace vams
