#include "backends/aws/search/opensearch_bulk.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams::aws {
namespace {

std::optional<Error> WhyNotSent(const BulkOp& op) {
  if (op.id.empty() || op.id.size() > kMaxDocumentIdBytes) {
    return MakeError(ErrorCode::kInvalid, "the document id has {} bytes; 1 to {} are allowed", op.id.size(),
                     kMaxDocumentIdBytes);
  }
  if (!IsUtf8(op.id)) return MakeError(ErrorCode::kInvalid, "the document id is not UTF-8");
  if (op.version && *op.version > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return MakeError(ErrorCode::kInvalid, "version {} is too large", *op.version);
  }
  if (op.kind == BulkOp::Kind::kDelete) return std::nullopt;
  const std::size_t start = op.body.find_first_not_of(" \t\r\n");
  // The parser takes a zero byte for the end of the text.
  const bool cut = op.body.find('\0') != std::string::npos;
  if (start == std::string::npos || op.body[start] != '{' || cut || !nlohmann::json::accept(op.body)) {
    return MakeError(ErrorCode::kInvalid, "the document is no JSON object");
  }
  return std::nullopt;
}

std::string Lines(const BulkOp& op) {
  const bool index = op.kind == BulkOp::Kind::kIndex;
  std::string lines = fmt::format(R"({{"{}":{{"_id":{})", index ? "index" : "delete", nlohmann::json(op.id).dump());
  // "external" takes strictly greater versions only; so the same write sent twice is a conflict the second time.
  if (op.version) lines += fmt::format(R"(,"version":{},"version_type":"external")", *op.version);
  lines += "}}\n";
  if (!index) return lines;
  const std::size_t from = lines.size();
  lines += op.body;
  // A line break in valid JSON is space between its parts.
  std::replace_if(
      lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end(), [](char c) { return c == '\n' || c == '\r'; },
      ' ');
  lines.push_back('\n');
  return lines;
}

}  // namespace

PackedBulk PackBulk(std::span<const BulkOp> ops, const BulkLimits& limits) {
  PackedBulk packed;
  packed.refused.resize(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    packed.refused[i] = WhyNotSent(ops[i]);
    if (packed.refused[i]) continue;
    const std::string lines = Lines(ops[i]);
    if (lines.size() > limits.body.value) {
      packed.refused[i] = MakeError(ErrorCode::kTooLarge, "the document has {} bytes; a request may have {}",
                                    ops[i].body.size(), limits.body.value);
      continue;
    }
    const bool full = packed.bodies.empty() || packed.bodies.back().places.size() >= limits.operations ||
                      packed.bodies.back().ndjson.size() + lines.size() > limits.body.value;
    if (full) packed.bodies.emplace_back();
    packed.bodies.back().ndjson += lines;
    packed.bodies.back().places.push_back(i);
  }
  return packed;
}

}  // namespace vams::aws
