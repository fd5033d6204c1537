#include "journal/journal_batch.h"

#include "base/text.h"

namespace vams {

bool IsSideFileName(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  if (name == "journal" || name == "journal.new" || name == "journal.lock") return false;
  return name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

Status CheckBatch(const JournalBatch& batch) {
  for (const ConfirmedSegment& a : batch.assets) {
    if (a.segment >= a.total) return Fail(ErrorCode::kInvalid, "there is no segment {} of {}", a.segment, a.total);
  }
  for (const SideFileLength& s : batch.side_files) {
    if (!IsSideFileName(s.name)) return Fail(ErrorCode::kInvalid, "\"{}\" names no side file", Printable(s.name));
  }
  return {};
}

}  // namespace vams
