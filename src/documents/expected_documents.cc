#include "documents/expected_documents.h"

#include "documents/asset_loader.h"
#include "documents/file_loader.h"

namespace vams {

struct ExpectedDocuments::Impl {
  Impl(const SourcePorts& source, Compatibility compatibility)
      : rows(source.assets, source.buckets), assets(source, rows, compatibility), files(source, rows, compatibility) {}

  SourceRows rows;
  AssetLoader assets;
  FileLoader files;
};

ExpectedDocuments::ExpectedDocuments(const SourcePorts& source, Compatibility compatibility)
    : impl_(std::make_unique<Impl>(source, compatibility)) {}
ExpectedDocuments::~ExpectedDocuments() = default;

Result<std::vector<Decision>> ExpectedDocuments::ForAssets(std::span<const AssetRecord> records) {
  std::vector<Decision> decisions(records.size());
  std::vector<AssetRequest> requests;
  std::vector<std::size_t> of_request;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].key.database_id.empty() || records[i].key.asset_id.empty()) {
      decisions[i] = SkipVerdict("no-ids", "the record has no databaseId or no assetId").decision;
      continue;
    }
    requests.push_back({.key = records[i].key, .row = &records[i].item});
    of_request.push_back(i);
  }
  TRY_ASSIGN(auto verdicts, impl_->assets.Decide(requests));
  for (std::size_t n = 0; n < verdicts.size(); ++n) decisions[of_request[n]] = std::move(verdicts[n].decision);
  return decisions;
}

Result<std::vector<Decision>> ExpectedDocuments::ForObjects(std::string_view bucket,
                                                            std::span<const ObjectEntry> entries) {
  std::vector<ObjectNotice> notices;
  notices.reserve(entries.size());
  for (const ObjectEntry& entry : entries) {
    notices.push_back(
        {.object = {.bucket = std::string(bucket), .key = entry.key}, .head = entry.head ? &*entry.head : nullptr});
  }
  TRY_ASSIGN(auto verdicts, impl_->files.DecideObjects(notices));
  std::vector<Decision> decisions;
  decisions.reserve(entries.size());
  for (FileVerdicts& verdict : verdicts) {
    // Where a removed object may have had several documents, none of them is expected: the first stands for all.
    decisions.push_back(
        verdict ? std::move(verdict->front().decision)
                : ErrorVerdict(FailureStage::kEvent, "object-unreadable", std::move(verdict.error().message)).decision);
  }
  return decisions;
}

void ExpectedDocuments::Forget() { impl_->rows.Forget(); }

}  // namespace vams
