#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/source_ports.h"
#include "indexers/stream_records.h"
#include "ports/search_index.h"

namespace vams::cli {

// A VAMS that holds the state of one golden case. What it points at lives until the next one is made.
struct GoldenVams {
  SourcePorts source;
  SearchIndex& asset_index;
  SearchIndex& file_index;
};
// Makes a VAMS of a state in the form of tests/fixtures/golden/README.md, with nothing of the one before.
using GoldenVamsMaker = std::function<Result<GoldenVams>(const nlohmann::ordered_json& state)>;

// The stream ARNs of the golden events hold these names (tests/fixtures/golden/config.json).
StreamTableNames GoldenTableNames();

enum class GoldenIndexer { kAssets, kFiles };

// Runs the event of one case through the real indexer, as upstream would decide, on a VAMS with the case's state. One
// line for each difference, "path: expected X, got Y"; none: the case passes. An error: the case is not in the format.
// `where_untold`: the indexer of a case that does not tell, as one with status 500; nullopt: by the shape of its event.
Result<std::vector<std::string>> RunGoldenCase(const nlohmann::ordered_json& golden,
                                               std::optional<GoldenIndexer> where_untold,
                                               const GoldenVamsMaker& make_vams, const StreamTableNames& tables);

struct GoldenCounts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};
// Runs every case of a file, one JSON object a line, and prints the differences. Table names come from a config.json
// beside the file where there is one. An error names the file and the line.
Result<GoldenCounts> RunGoldenFile(const std::string& path, const GoldenVamsMaker& make_vams, std::ostream& out);

}  // namespace vams::cli
