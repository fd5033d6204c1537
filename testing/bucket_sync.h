#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/object.h"
#include "testing/memory_deployment.h"

namespace vams {

// What one deployed bucket-sync function is bound to by its environment.
struct BucketSyncBinding {
  std::string bucket;
  std::string prefix = "/";
  std::string default_database = "synced";
  std::vector<std::string> databases{};  // those whose default bucket is this one
};

struct BucketSyncCounts {
  std::uint64_t deleted = 0;            // objects
  std::uint64_t rewritten = 0;          // objects
  std::uint64_t created_assets = 0;     // and
  std::uint64_t created_databases = 0;  // by events of keys that no asset owned
  std::uint64_t retyped = 0;            // assets whose assetType was set anew
  std::uint64_t refused = 0;            // records that ended early or failed
  std::uint64_t passed = 0;             // the others

  // Whether nothing of the user's was deleted, changed or invented.
  bool harmless() const { return deleted + rewritten + created_assets + created_databases == 0; }
};

// Does to a MemoryDeployment what the bucket-sync function of created objects does
// (docs/reference/vams-behaviour.md, section 6; docs/reference/deployment-hazards.md). Keys of events are taken as they
// are, not decoded. One thread at a time.
class BucketSync {
 public:
  BucketSync(MemoryDeployment& vams, BucketSyncBinding binding, Clock& clock)
      : vams_(vams), binding_(std::move(binding)), clock_(clock) {}

  // Handles the S3 records of one batch. True: the file indexer is invoked with the whole batch.
  bool Handle(const std::vector<nlohmann::ordered_json>& records);

  // The events that the bucket has raised since, because objects were rewritten.
  std::vector<std::string> TakeRaised();

  const BucketSyncCounts& counts() const { return counts_; }

 private:
  struct Place {
    std::string bucket_id;
    bool versioning = false;
  };

  bool HandleRecord(const nlohmann::ordered_json& record);
  std::optional<Place> FindPlace(const std::string& prefix);
  std::string CreateAsset(const Place& place, const std::string& prefix, const std::string& asset_id);
  bool Agree(const ObjectRef& object, const AssetKey& owner);
  void SetType(const AssetRecord& asset, const std::string& base);

  MemoryDeployment& vams_;
  BucketSyncBinding binding_;
  Clock& clock_;
  BucketSyncCounts counts_;
  std::vector<std::string> raised_;
  std::uint64_t versions_ = 0;
};

}  // namespace vams
