#include "indexers/stream_consumer.h"

#include <utility>

namespace vams {

StreamConsumer::StreamConsumer(ChangeStream& stream, const SourcePorts& source, SearchIndex& asset_index,
                               SearchIndex& file_index, Compatibility compatibility, Clock& clock,
                               StreamConsumerOptions options)
    : stream_(stream),
      asset_indexer_(source, asset_index, compatibility, clock),
      file_indexer_(source, file_index, compatibility, clock),
      options_(std::move(options)) {}

Result<StepCounts> StreamConsumer::Step() {
  TRY_ASSIGN(const auto shards, stream_.Shards());
  for (std::size_t n = 0; n < shards.size(); ++n) {
    const std::string& shard = shards[(next_shard_ + n) % shards.size()];
    if (finished_.contains(shard)) continue;
    TRY_ASSIGN(StepCounts counts, StepShard(shard));
    if (counts.taken == 0) continue;
    next_shard_ = (next_shard_ + n + 1) % shards.size();
    return counts;
  }
  return StepCounts{};
}

Result<StepCounts> StreamConsumer::StepShard(const std::string& shard) {
  TRY_ASSIGN(auto confirmed, stream_.LoadCheckpoint(options_.consumer, shard));
  std::optional<Cursor> from = confirmed;
  if (const auto it = ahead_.find(shard); it != ahead_.end() && it->second.confirmed == confirmed)
    from = it->second.next;
  TRY_ASSIGN(auto page, stream_.Read(shard, from, options_.batch));
  if (page.records.empty()) {
    if (!page.next) finished_.insert(shard);
    ahead_[shard] = {.confirmed = std::move(confirmed), .next = std::move(page.next)};
    return StepCounts{};
  }
  TRY_ASSIGN(StepCounts counts, HandlePage(shard, page.records));
  if (counts.again > 0) return counts;
  tries_.clear();
  parked_.clear();
  // The last page of a closed shard has no position to confirm: after a restart it is read again, to the same effect.
  if (page.next) TRY(stream_.SaveCheckpoint(options_.consumer, shard, *page.next));
  if (!page.next) finished_.insert(shard);
  return counts;
}

Result<bool> StreamConsumer::Park(const std::string& shard, const ChangeRecord& record, std::string_view reason) {
  if (!parked_.emplace(shard, record.sequence).second) return false;
  TRY(stream_.Park(record, reason));
  return true;
}

Result<StepCounts> StreamConsumer::HandlePage(const std::string& shard, const std::vector<ChangeRecord>& records) {
  std::vector<RecordOutcome> of_assets;
  std::vector<RecordOutcome> of_files;
  if (options_.role != StreamRole::kFiles) {
    TRY_ASSIGN(of_assets, asset_indexer_.Handle(records));
  }
  if (options_.role != StreamRole::kAssets) {
    TRY_ASSIGN(of_files, file_indexer_.HandleMetadata(records));
  }
  StepCounts counts;
  counts.taken = records.size();
  for (std::size_t i = 0; i < records.size(); ++i) {
    bool again = false;
    bool parked = false;
    const bool metadata = records[i].table == ChangedTable::kMetadata;
    for (const RecordOutcome* outcome :
         {of_assets.empty() ? nullptr : &of_assets[i], of_files.empty() || !metadata ? nullptr : &of_files[i]}) {
      if (outcome == nullptr) continue;
      counts.Add(*outcome);
      if (outcome->kind == RecordOutcome::Kind::kSettled) continue;
      const bool may_pass =
          outcome->kind == RecordOutcome::Kind::kRetry && ++tries_[{shard, records[i].sequence}] < options_.max_tries;
      if (may_pass) {
        again = true;
        continue;
      }
      TRY_ASSIGN(const bool now, Park(shard, records[i], outcome->reason));
      parked = parked || now;
    }
    counts.again += again ? 1 : 0;
    counts.parked += parked ? 1 : 0;
  }
  return counts;
}

}  // namespace vams
