// Replies of OpenSearch, whatever bytes they hold: reading them ends, in an error or in what the reply says, and a
// document is handed on as a piece of the reply.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "backends/aws/json_reader.h"
#include "backends/aws/search/field_replay.h"
#include "backends/aws/search/index_scan.h"
#include "backends/aws/search/opensearch_replies.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// What the reader takes for a value stands in the text, and a text that is JSON is taken as a whole.
void CheckReader(std::string_view text) {
  vams::aws::JsonReader reader(text);
  const auto raw = reader.Raw();
  if (raw) Require(raw->data() >= text.data() && raw->data() + raw->size() <= text.data() + text.size());
  // The other parser takes a byte order mark, and a zero for the end.
  const bool plain = !text.starts_with("\xEF\xBB\xBF") && text.find('\0') == std::string_view::npos;
  if (plain && nlohmann::json::accept(text)) {
    Require(raw.has_value() && reader.AtEnd());
    Require(nlohmann::json::parse(*raw) == nlohmann::json::parse(text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const vams::HttpReply reply{.status = 200, .body = std::string(text)};
  const vams::Call call{.service = vams::Service::kOpenSearch, .operation = "POST _bulk"};
  CheckReader(text);

  const auto hits = vams::aws::ReadHits(reply, call, data[0] % 2 == 0);
  if (hits && data[0] % 2 == 0) {
    for (const vams::IndexHit& hit : hits->hits) Require(text.find(hit.body) != std::string_view::npos);
  }
  const auto documents = vams::aws::ReadDocuments(reply, call, 2);
  Require(!documents || documents->size() == 2);

  const vams::BulkOp index{vams::BulkOp::Kind::kIndex, "a", R"({"a":1,"b.c":2})", 1};
  const vams::BulkOp remove{vams::BulkOp::Kind::kDelete, "b", "", std::nullopt};
  const vams::BulkOp* const ops[] = {&index, &remove};
  const auto bulk = vams::aws::ReadBulk(reply, call, ops);
  Require(!bulk || bulk->outcomes.size() == 2);

  const std::string bodies[] = {index.body, "{}"};
  const auto replay = vams::aws::ReadReplay(reply, call, bodies);
  Require(!replay || replay->size() == 2);

  const std::string field = vams::aws::TopLevelField(index.body, vams::aws::BlamedField(text));
  Require(field.empty() || field == "a" || field == "b.c");
  static_cast<void>(vams::aws::TopLevelField(text, "a.b"));
  static_cast<void>(vams::aws::FromCursor(vams::Cursor{std::string(text)}));
  return 0;
}
