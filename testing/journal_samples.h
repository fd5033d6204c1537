#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "journal/journal_format.h"
#include "journal/journal_state.h"

namespace vams {

// A header and commits that use every part of the format once.
inline JournalHeader SampleHeader() {
  JournalHeader header{.run_id = "20251126_100000_ab12",
                       .program_version = "0.1.0",
                       .created = UtcTime(Duration(1'764'151'200'123'456)),
                       .side_files = {"findings.ndjson", "failed.ndjson"}};
  for (std::size_t i = 0; i < header.salt.size(); ++i) header.salt[i] = static_cast<std::uint8_t>(i * 17);
  header.configuration = HashConfiguration(
      std::vector<ConfigurationValue>{{"asset_table_name", "assets"}, {"aws_region", "eu-central-1"}}, header.salt);
  return header;
}

inline std::vector<JournalBatch> SampleBatches() {
  const FileLocation first{"bucket-0", ""};
  const FileLocation second{"bucket-1", "site/"};
  return {
      {.phases = {{JournalPhase::kAssets, PhaseState::kBegun}}},
      {.assets = {{4, 1, Cursor{std::string("\x00\xff{\"n\":1}", 9)}}, {4, 3, std::nullopt}},
       .counters = {{"assets", R"({"touched":100})"}}},
      {.phases = {{JournalPhase::kAssets, PhaseState::kEnded}, {JournalPhase::kFiles, PhaseState::kBegun}}},
      {.files = {{first, {{"", "a/9.glb"}, {"m", "n/ü.obj"}}}, {second, {{"site/", "site/x1"}}}},
       .counters = {{"files", R"({"published":250})"}}},
      {.files = {{first, {{"a/9.glb", "m"}}}},
       .counters = {{"files", R"({"published":500})"}, {"seconds", "12"}},
       .side_files = {{"findings.ndjson", 1000}}},
      {.files = {{second, {{"site/x3", std::nullopt}}}},
       .phases = {{JournalPhase::kFiles, PhaseState::kEnded}, {JournalPhase::kVerify, PhaseState::kEnded}},
       .ended = RunEnd{UtcTime(Duration(1'764'151'260'000'001)), "findings"}},
  };
}

// The state after each of the first n of them, n = 0 first.
inline std::vector<JournalState> StatesAfter(const std::vector<JournalBatch>& batches) {
  std::vector<JournalState> states(1);
  for (const JournalBatch& batch : batches) {
    states.push_back(states.back());
    states.back().Apply(batch);
  }
  return states;
}

inline std::string EncodeJournal(const JournalHeader& header, const std::vector<JournalBatch>& batches) {
  std::string bytes = EncodeHeader(header);
  for (const JournalBatch& batch : batches) bytes += EncodeBatch(batch).value();
  return bytes;
}

// `count` commits as a run of many files makes them: three intervals and two counters each.
inline std::vector<JournalBatch> TypicalBatches(int count) {
  std::vector<JournalBatch> batches;
  for (int n = 0; n < count; ++n) {
    ConfirmedKeys keys{{"bucket-0", "site/"}, {}};
    for (int range = 0; range < 3; ++range) {
      keys.intervals.push_back({fmt::format("site/asset-{}/model+{:08d}.glb", range, n * 83),
                                fmt::format("site/asset-{}/model+{:08d}.glb", range, n * 83 + 83)});
    }
    batches.push_back({.files = {keys},
                       .counters = {{"files", fmt::format(R"({{"published":{}}})", n * 250)},
                                    {"requests", fmt::format("{}", n * 275)}}});
  }
  return batches;
}

}  // namespace vams
