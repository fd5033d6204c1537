#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/open.h"
#include "index/definitions.h"
#include "indexers/stream_consumer.h"
#include "testing/event_chain.h"
#include "testing/refusing_ports.h"

namespace vams {

// Counts the keys that are looked up in the metadata table.
class CountingSideTables final : public SideTables {
 public:
  explicit CountingSideTables(SideTables& inner) : inner_(inner) {}
  std::size_t metadata_keys = 0;

  Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey> keys) override {
    metadata_keys += keys.size();
    return inner_.GetMetadata(keys);
  }
  Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                    std::optional<ItemCount> limit) override {
    return inner_.QueryLinks(queries, limit);
  }
  Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                       std::optional<ItemCount> limit) override {
    return inner_.QueryVersions(asset_ids, limit);
  }

 private:
  SideTables& inner_;
};

// A VAMS as a run meets it in the cloud, in memory: listings without heads, bucket sync behind the topics, indexers
// that are not our process. The ports of `deployment` stand on `vams`, which must outlive it.
struct DeployedVams {
  explicit DeployedVams(Clock& clock)
      : vams(clock),
        chain(vams, Compatibility::kUpstream, clock),
        consumer(vams.changes(), vams.source(), vams.asset_index(), vams.file_index(), Compatibility::kUpstream,
                 clock) {
    deployment.description = "a deployed VAMS in memory";
    deployment.assets = MakeMemoryAssetTable(vams.state());
    deployment.buckets = MakeMemoryBucketTable(vams.state());
    auto counting = std::make_unique<CountingSideTables>(vams.side_tables());
    side_tables = counting.get();
    deployment.side_tables = std::move(counting);
    auto store = std::make_unique<RefusingObjectStore>(vams.objects());
    objects = store.get();
    deployment.objects = std::move(store);
    deployment.topic = chain.MakeTopic();
    deployment.parameters = MakeMemoryParameters(vams.state());
    deployment.asset_index = std::make_unique<RefusingIndex>(vams.asset_index());
    auto index = std::make_unique<RefusingIndex>(vams.file_index());
    file_index = index.get();
    deployment.file_index = std::move(index);
    deployment.bucket_sync = true;
    for (SearchIndex* one : {&vams.asset_index(), &vams.file_index()}) {
      static_cast<void>(one->Drop());
      const bool assets = one == &vams.asset_index();
      static_cast<void>(one->Create(assets ? AssetIndexDefinition() : FileIndexDefinition()));
    }
  }

  // What the asset indexer has not taken from the streams yet.
  Status IndexAssets() {
    for (;;) {
      TRY_ASSIGN(const StepCounts counts, consumer.Step());
      if (counts.taken == 0) return {};
    }
  }

  MemoryDeployment vams;
  EventChain chain;
  StreamConsumer consumer;
  Deployment deployment;
  // Owned by `deployment`.
  CountingSideTables* side_tables = nullptr;
  RefusingObjectStore* objects = nullptr;
  RefusingIndex* file_index = nullptr;
};

}  // namespace vams
