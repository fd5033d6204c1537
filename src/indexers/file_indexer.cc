#include "indexers/file_indexer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "indexers/direct_call.h"
#include "indexers/file_events.h"
#include "indexers/python_json.h"
#include "indexers/responses.h"
#include "indexers/stream_records.h"

namespace vams {
namespace {

using python::Json;

OperationResult FailedResult(const Error& error, const std::string& operation) {
  return {.success = false,
          .message = error.message,
          .document_id = {},
          .operation = operation,
          .kind = Decision::Kind::kError,
          .rule = "not-told",
          .retryable = error.retryable};
}

template <class Record>
std::variant<MetadataNotice, Verdict> ReadMetadata(const Record& record, Compatibility compatibility) {
  auto image = RecordImage::Of(record, compatibility);
  if (auto* verdict = std::get_if<Verdict>(&image)) return std::move(*verdict);
  return ReadMetadataRecordForFiles(std::get<RecordImage>(image));
}

void Append(std::vector<OperationResult>& results, std::vector<OperationResult> more) {
  for (OperationResult& result : more) results.push_back(std::move(result));
}

}  // namespace

FileIndexer::FileIndexer(const SourcePorts& source, SearchIndex& index, Compatibility compatibility, Clock& clock)
    : compatibility_(compatibility),
      rows_(source.assets, source.buckets),
      loader_(source, rows_, compatibility),
      index_(index),
      writer_(index, clock) {}

std::uint64_t FileIndexer::Begin() {
  rows_.Forget();
  return writer_.TakeVersion();
}

std::vector<OperationResult> FileIndexer::Carry(Verdict verdict) {
  std::vector<FileVerdicts> one;
  one.emplace_back(std::vector<Verdict>{std::move(verdict)});
  return Carry(std::move(one), "error", writer_.TakeVersion());
}

std::vector<OperationResult> FileIndexer::Carry(const ObjectNotice& notice) {
  const std::uint64_t version = Begin();
  const bool removal = notice.removal && compatibility_ == Compatibility::kUpstream;
  return Carry(loader_.DecideObjects({&notice, 1}), removal ? "delete" : "index", version);
}

std::vector<OperationResult> FileIndexer::Carry(const MetadataNotice& notice) {
  const std::uint64_t version = Begin();
  const bool removal = notice.removal && compatibility_ == Compatibility::kUpstream;
  return Carry(loader_.DecideMetadata({&notice, 1}), removal ? "delete" : "index", version);
}

std::vector<OperationResult> FileIndexer::Carry(const FileRequest& request) {
  const std::uint64_t version = Begin();
  return Carry(loader_.DecideRequests({&request, 1}), request.operation, version);
}

std::vector<OperationResult> FileIndexer::Carry(Result<std::vector<FileVerdicts>> decided, const std::string& requested,
                                                std::uint64_t version) {
  if (!decided) return {FailedResult(decided.error(), "error")};
  FileVerdicts& verdicts = decided->front();
  if (!verdicts) return {FailedResult(verdicts.error(), "error")};
  std::vector<PlannedOperation> planned;
  for (Verdict& verdict : *verdicts) planned.push_back({.verdict = std::move(verdict), .requested = requested});
  auto written = writer_.Write(std::move(planned), version, OnRefusal::kFail);
  if (!written) return {FailedResult(written.error(), requested)};
  return std::move(*written);
}

Json FileIndexer::HandleEvent(const Json& event) {
  const EventShape shape = ShapeOf(event);
  if (shape == EventShape::kBroken) return BrokenEventResponse();
  std::vector<OperationResult> results;
  if (shape == EventShape::kDirect) {
    const auto request = ReadFileCall(event);
    if (!request) return BadRequestResponse(request.error().message);
    results = Carry(*request);
    return ResultsResponse("file", index_.name(), results);
  }
  const auto take_object = [&](const Json& record) {
    auto read = ReadObjectRecord(record);
    if (auto* verdict = std::get_if<Verdict>(&read)) return Carry(std::move(*verdict));
    return Carry(std::get<ObjectNotice>(read));
  };
  const Json& records = event.at("Records");
  if (!records.is_array()) {
    // Python walks over the names of an object and the letters of a text, none of which is a record.
    const bool nothing = (records.is_object() || records.is_string()) && !python::IsTruthy(records);
    return nothing ? ResultsResponse("file", index_.name(), results) : BrokenEventResponse();
  }
  for (const Json& record : records) {
    if (!record.is_object()) return BrokenEventResponse();
    const Json* source = python::Get(record, "eventSource");
    if (source == nullptr) continue;
    if (*source == "aws:s3") {
      Append(results, take_object(record));
    } else if (*source == "aws:sqs") {
      std::vector<Json> holder;
      const QueueContent content = UnwrapQueueRecord(record, holder);
      if (content.kind == QueueContent::Kind::kBroken) return BrokenEventResponse();
      if (content.kind == QueueContent::Kind::kNoJson) {
        Append(results, Carry(ErrorVerdict(FailureStage::kEvent, "bad-message", "the message is no JSON")));
      } else if (content.records != nullptr) {
        for (const Json& inner : *content.records) {
          if (!inner.is_object()) return BrokenEventResponse();
          const Json* inner_source = python::Get(inner, "eventSource");
          if (inner_source != nullptr && *inner_source == "aws:s3") Append(results, take_object(inner));
        }
      }
    } else if (*source == "aws:dynamodb") {
      auto read = ReadMetadata(record, compatibility_);
      Append(results, std::holds_alternative<Verdict>(read) ? Carry(std::get<Verdict>(std::move(read)))
                                                            : Carry(std::get<MetadataNotice>(read)));
    }
  }
  return ResultsResponse("file", index_.name(), results);
}

Result<std::vector<RecordOutcome>> FileIndexer::WriteAll(std::vector<FileVerdicts> decided, std::uint64_t version) {
  std::vector<PlannedOperation> planned;
  std::vector<std::size_t> counts(decided.size());
  for (std::size_t i = 0; i < decided.size(); ++i) {
    if (!decided[i]) continue;
    counts[i] = decided[i]->size();
    for (Verdict& verdict : *decided[i]) planned.push_back({.verdict = std::move(verdict)});
  }
  TRY_ASSIGN(const auto results, writer_.Write(std::move(planned), version, OnRefusal::kWriteWithoutThem));
  std::vector<RecordOutcome> outcomes;
  outcomes.reserve(decided.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < decided.size(); ++i) {
    if (decided[i]) {
      outcomes.push_back(Combine(std::span(results).subspan(at, counts[i])));
      at += counts[i];
    } else {
      const Error& error = decided[i].error();
      outcomes.push_back({.kind = error.retryable ? RecordOutcome::Kind::kRetry : RecordOutcome::Kind::kRefused,
                          .reason = error.message});
    }
  }
  return outcomes;
}

Result<std::vector<RecordOutcome>> FileIndexer::HandleObjects(std::span<const ObjectNotice> notices) {
  const std::uint64_t version = Begin();
  TRY_ASSIGN(auto decided, loader_.DecideObjects(notices));
  return WriteAll(std::move(decided), version);
}

Result<std::vector<RecordOutcome>> FileIndexer::HandleMetadata(std::span<const ChangeRecord> records) {
  const std::uint64_t version = Begin();
  std::vector<FileVerdicts> verdicts(records.size());
  std::vector<MetadataNotice> notices;
  std::vector<std::size_t> of_notice;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].table != ChangedTable::kMetadata) continue;
    auto read = ReadMetadata(records[i], compatibility_);
    if (auto* verdict = std::get_if<Verdict>(&read)) {
      verdicts[i] = std::vector<Verdict>{std::move(*verdict)};
      continue;
    }
    notices.push_back(std::get<MetadataNotice>(std::move(read)));
    of_notice.push_back(i);
  }
  TRY_ASSIGN(auto decided, loader_.DecideMetadata(notices));
  for (std::size_t n = 0; n < decided.size(); ++n) verdicts[of_notice[n]] = std::move(decided[n]);
  return WriteAll(std::move(verdicts), version);
}

}  // namespace vams
