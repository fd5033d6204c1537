#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/compatibility.h"
#include "documents/decision.h"
#include "documents/file_loader.h"
#include "documents/hazards.h"
#include "documents/source_ports.h"
#include "model/asset.h"
#include "model/object.h"

namespace vams {

// The rule of a kError decision about an object of which it could not be found out.
inline constexpr std::string_view kObjectUnreadable = "object-unreadable";

// What should be in the indexes, by the rules that the indexers use. Look-ups are batched within a call and kept in a
// small, bounded memory for the next ones, until Forget(). One thread at a time.
class ExpectedDocuments {
 public:
  ExpectedDocuments(const SourcePorts& source, Compatibility compatibility);
  ~ExpectedDocuments();

  // One decision for each record, in order. The records are taken as they are, not read again.
  Result<std::vector<Decision>> ForAssets(std::span<const AssetRecord> records);

  // One decision for each object of `bucket`, in order, as for an ObjectCreated event of it. A HEAD is sent only for
  // entries without `head`; where it cannot be told whether the object is there, the decision is kError with the rule
  // kObjectUnreadable. kDelete: the object is there or was, but no document should be.
  Result<std::vector<Decision>> ForObjects(std::string_view bucket, std::span<const ObjectEntry> entries);

  // What ForObjects() would decide, without the documents: no look-up in the side tables. An error in an answer: that
  // object could not be told. `named`: none, or of each entry the asset that its metadata name, where that is known
  // without a head (else nullptr).
  Result<std::vector<Result<ObjectDecision>>> DecideObjects(std::string_view bucket,
                                                            std::span<const ObjectEntry> entries,
                                                            std::span<const AssetKey* const> named = {});

  // For each key of `bucket`, in order, the bucket records that bucket sync may be bound to for it; records that it
  // cannot find are left out where there is another one. Never nullptr; neighbours share what is the same for both.
  using PlacesOfKey = std::shared_ptr<const std::vector<SyncPlace>>;
  Result<std::vector<PlacesOfKey>> SyncPlaces(std::string_view bucket, std::span<const std::string_view> keys);

  // Drops what was kept, so that the next call sees the tables as they are then.
  void Forget();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vams
