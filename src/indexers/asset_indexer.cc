#include "indexers/asset_indexer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "indexers/direct_call.h"
#include "indexers/python_json.h"
#include "indexers/responses.h"

namespace vams {
namespace {

using python::Json;

// Python's `name in arn`: nullopt where it raises.
std::optional<bool> NameIsIn(const std::string& name, const Json& arn) {
  if (arn.is_string()) return arn.get_ref<const std::string&>().contains(name);
  if (arn.is_object()) return arn.contains(name);
  if (arn.is_array()) return std::ranges::find(arn, Json(name)) != arn.end();
  return std::nullopt;
}

// nullopt: not one of the three tables. An error: Python raises.
Result<std::optional<ChangedTable>> TableOf(const Json& record, const StreamTableNames& names) {
  const Json none = "";
  const Json* arn = python::Get(record, "eventSourceARN");
  if (arn == nullptr) arn = &none;
  for (const auto& [name, table] :
       {std::pair(&names.assets, ChangedTable::kAssets), std::pair(&names.metadata, ChangedTable::kMetadata),
        std::pair(&names.links, ChangedTable::kLinks)}) {
    const auto is_in = NameIsIn(*name, *arn);
    if (!is_in) return Fail(ErrorCode::kInvalid, "eventSourceARN is no text");
    if (*is_in) return table;
  }
  return std::nullopt;
}

AssetNotice ReadRecord(ChangedTable table, const RecordImage& image, Compatibility compatibility) {
  switch (table) {
    case ChangedTable::kAssets: return ReadAssetRecord(image);
    case ChangedTable::kMetadata: return ReadMetadataRecordForAssets(image, compatibility);
    case ChangedTable::kLinks: return ReadLinkRecord(image);
  }
  std::unreachable();
}

template <class Record>
AssetNotice Read(ChangedTable table, const Record& record, Compatibility compatibility) {
  auto image = RecordImage::Of(record, compatibility);
  if (auto* verdict = std::get_if<Verdict>(&image)) return std::move(*verdict);
  return ReadRecord(table, std::get<RecordImage>(image), compatibility);
}

OperationResult FailedResult(const Error& error, const std::string& operation) {
  return {.success = false,
          .message = error.message,
          .document_id = {},
          .operation = operation,
          .kind = Decision::Kind::kError,
          .rule = "not-told",
          .retryable = error.retryable};
}

}  // namespace

AssetIndexer::AssetIndexer(const SourcePorts& source, SearchIndex& index, Compatibility compatibility, Clock& clock,
                           StreamTableNames tables)
    : compatibility_(compatibility),
      rows_(source.assets, source.buckets),
      loader_(source, rows_, compatibility),
      index_(index),
      writer_(index, clock),
      tables_(std::move(tables)) {}

std::vector<OperationResult> AssetIndexer::Carry(AssetNotice notice) {
  std::vector<PlannedOperation> planned;
  std::vector<AssetRequest> requests;
  const std::uint64_t version = writer_.TakeVersion();
  rows_.Forget();
  if (auto* verdict = std::get_if<Verdict>(&notice)) {
    planned.push_back({.verdict = std::move(*verdict)});
  } else {
    requests = std::get<std::vector<AssetRequest>>(std::move(notice));
    auto verdicts = loader_.Decide(requests);
    if (!verdicts) {
      std::vector<OperationResult> failed;
      failed.reserve(requests.size());
      for (const AssetRequest& r : requests) failed.push_back(FailedResult(verdicts.error(), r.operation));
      return failed;
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      // A removal of what is still there is carried out as an index request.
      const std::string& word = requests[i].operation;
      planned.push_back({.verdict = std::move((*verdicts)[i]), .requested = word == "delete" ? "index" : word});
    }
  }
  // One by one, as upstream writes: a link from an asset to itself writes twice.
  std::vector<OperationResult> results;
  for (PlannedOperation& operation : planned) {
    const std::string requested = operation.requested;
    std::vector<PlannedOperation> one;
    one.push_back(std::move(operation));
    auto written = writer_.Write(std::move(one), version, OnRefusal::kFail);
    results.push_back(written ? std::move(written->front()) : FailedResult(written.error(), requested));
  }
  return results;
}

Json AssetIndexer::HandleEvent(const Json& event) {
  const EventShape shape = ShapeOf(event);
  if (shape == EventShape::kBroken) return BrokenEventResponse();
  std::vector<OperationResult> results;
  if (shape == EventShape::kDirect) {
    auto request = ReadAssetCall(event);
    if (!request) return BadRequestResponse(request.error().message);
    results = Carry(std::vector<AssetRequest>{std::move(*request)});
    return ResultsResponse("asset", index_.name(), results);
  }
  const Json& records = event.at("Records");
  if (!records.is_array()) {
    // Python walks over the names of an object and the letters of a text, none of which is a record.
    const bool nothing = (records.is_object() || records.is_string()) && !python::IsTruthy(records);
    return nothing ? ResultsResponse("asset", index_.name(), results) : BrokenEventResponse();
  }
  for (const Json& record : records) {
    if (!record.is_object()) return BrokenEventResponse();
    const Json* source = python::Get(record, "eventSource");
    if (source == nullptr || *source != "aws:dynamodb") continue;
    const auto table = TableOf(record, tables_);
    if (!table) return BrokenEventResponse();
    if (!*table) continue;
    for (OperationResult& result : Carry(Read(**table, record, compatibility_))) results.push_back(std::move(result));
  }
  return ResultsResponse("asset", index_.name(), results);
}

Result<std::vector<RecordOutcome>> AssetIndexer::Handle(std::span<const ChangeRecord> records) {
  const std::uint64_t version = writer_.TakeVersion();
  rows_.Forget();
  // All records of a batch see the same state, so one request for each asset is enough.
  std::vector<AssetRequest> requests;
  std::unordered_map<AssetKey, std::size_t, AssetKeyHash> places;
  std::vector<PlannedOperation> planned;
  struct Part {
    std::size_t record;
    std::size_t planned;
  };
  std::vector<Part> parts;
  std::vector<std::pair<std::size_t, std::size_t>> of_request;  // record, request
  for (std::size_t i = 0; i < records.size(); ++i) {
    AssetNotice notice = Read(records[i].table, records[i], compatibility_);
    if (auto* verdict = std::get_if<Verdict>(&notice)) {
      parts.push_back({i, planned.size()});
      planned.push_back({.verdict = std::move(*verdict)});
      continue;
    }
    for (AssetRequest& request : std::get<std::vector<AssetRequest>>(notice)) {
      const auto [place, added] = places.try_emplace(request.key, requests.size());
      if (added) {
        requests.push_back(std::move(request));
      } else if (request.operation == "delete") {
        requests[place->second].operation = "delete";  // the table has the last word, and a removal asks it for more
      }
      of_request.emplace_back(i, place->second);
    }
  }
  TRY_ASSIGN(auto verdicts, loader_.Decide(requests));
  const std::size_t first_request = planned.size();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    planned.push_back({.verdict = std::move(verdicts[i]), .requested = requests[i].operation});
  }
  for (const auto& [record, request] : of_request) parts.push_back({record, first_request + request});
  TRY_ASSIGN(const auto results, writer_.Write(std::move(planned), version, OnRefusal::kWriteWithoutThem));
  std::vector<std::vector<OperationResult>> of_record(records.size());
  for (const Part& part : parts) of_record[part.record].push_back(results[part.planned]);
  std::vector<RecordOutcome> outcomes;
  outcomes.reserve(records.size());
  for (const auto& of : of_record) outcomes.push_back(Combine(of));
  return outcomes;
}

}  // namespace vams
