#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/journal_state.h"

// What a run calls things in its journal and beside it: read by whoever goes on with a run and by whoever tells of it.
namespace vams {

inline constexpr const char* kFindingsFile = "findings.ndjson";
inline constexpr const char* kFailedFile = "failed.ndjson";
inline constexpr const char* kHandledFile = "handled.ndjson";

inline constexpr const char* kAssetTotals = "assets";
inline constexpr const char* kFileTotals = "files";
inline constexpr const char* kSegments = "segments";
// With the number of a segment: the record of its page up to which it is done.
inline constexpr const char* kAfter = "after.";
inline constexpr const char* kReplayOf = "replay_of";         // the run whose failed items it tries again
inline constexpr const char* kVerification = "verification";  // a JSON object, as in the report

inline const char* ReportName(JournalPhase phase) {
  return phase == JournalPhase::kAssets ? "assets.report" : "files.report";
}

inline const std::string* Counter(const JournalState& state, const std::string& name) {
  const auto at = state.counters.find(name);
  return at == state.counters.end() ? nullptr : &at->second;
}

template <class T>
Result<T> CounterOr(const JournalState& state, const char* name, Result<T> (*read)(std::string_view)) {
  const std::string* text = Counter(state, name);
  return text == nullptr ? Result<T>(T{}) : read(*text);
}

}  // namespace vams
