#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "documents/source_ports.h"
#include "model/change.h"
#include "ports/change_stream.h"
#include "ports/event_queue.h"
#include "ports/event_topic.h"
#include "ports/parameters.h"
#include "ports/search_index.h"

namespace vams {

// What the parts of a MemoryDeployment share.
struct MemoryState {
  using Versions = std::map<std::string, std::vector<Item>>;
  struct Object {
    std::optional<ObjectHead> head;  // nullopt: a delete marker is current
  };
  struct Bucket {
    bool versioned = false;
    std::map<std::string, Object> objects;
    std::vector<std::string> topics;
  };
  struct Message {
    std::string id;
    std::string body;
    std::uint32_t receive_count = 0;
    std::uint64_t delivery = 0;  // the receipt that counts
    Duration visible_at{0};
  };

  explicit MemoryState(Clock& c) : clock(c) {}

  Clock& clock;
  mutable Mutex mu;
  std::map<AssetKey, Item> assets GUARDED_BY(mu);
  std::map<std::pair<std::string, std::string>, Item> buckets_rows GUARDED_BY(mu);  // bucket id, sort key
  std::map<MetadataKey, Item> metadata GUARDED_BY(mu);
  std::map<std::string, Item> links GUARDED_BY(mu);                             // by assetLinkId
  std::map<std::pair<std::string, std::string>, Item> versions GUARDED_BY(mu);  // asset id, version id
  std::map<std::string, Bucket, std::less<>> buckets GUARDED_BY(mu);
  std::vector<ChangeRecord> changes GUARDED_BY(mu);
  std::vector<std::string> parked_changes GUARDED_BY(mu);
  std::map<std::string, std::uint64_t> checkpoints GUARDED_BY(mu);
  std::deque<Message> queue GUARDED_BY(mu);
  std::vector<std::pair<std::string, std::string>> parked_messages GUARDED_BY(mu);  // body, reason
  std::set<std::string, std::less<>> topics GUARDED_BY(mu);
  std::map<std::string, std::string, std::less<>> parameters GUARDED_BY(mu);
  std::uint64_t next_id GUARDED_BY(mu) = 1;
};

// A whole VAMS in memory behind the ports, in ordered maps: the simplest thing that keeps the contracts. Safe for
// concurrent calls.
class MemoryDeployment {
 public:
  explicit MemoryDeployment(Clock& clock);
  ~MemoryDeployment();

  // Puts a state in the form of tests/fixtures/golden/README.md into it. Nothing is written into the change stream.
  Status LoadState(const nlohmann::ordered_json& state);

  // Each change of a table is a record of its stream, a removal with its keys alone, as deployed.
  void PutAsset(Item item);
  bool DeleteAsset(const AssetKey& key);
  void PutMetadata(Item item);
  bool DeleteMetadata(const MetadataKey& key);
  void PutLink(Item item);
  bool DeleteLink(const std::string& id);  // its record's keys tell both ends, as in an embedded VAMS
  void PutVersion(Item item);
  void PutBucketRow(Item item);
  void CreateBucket(const std::string& name, bool versioned = false);
  // kNotFound: no such bucket.
  Status PutObject(const ObjectRef& ref, ObjectHead head);
  void DeleteObject(const ObjectRef& ref);
  // With all its versions.
  void EraseObject(const ObjectRef& ref);
  // A message of the file-event queue.
  void Enqueue(std::string body);
  void AddChange(ChangeRecord record);
  std::vector<std::pair<std::string, std::string>> ParkedMessages() const;  // body, reason
  std::vector<std::string> ParkedChanges() const;                           // reasons

  // For further ports onto the same VAMS, made with the functions below.
  MemoryState& state() { return *state_; }

  SourcePorts source();
  AssetTable& assets() { return *assets_; }
  BucketTable& buckets() { return *buckets_; }
  SideTables& side_tables() { return *side_tables_; }
  ObjectStore& objects() { return *objects_; }
  ChangeStream& changes() { return *changes_; }
  EventQueue& queue() { return *queue_; }
  EventTopic& topic() { return *topic_; }
  Parameters& parameters() { return *parameters_; }
  SearchIndex& asset_index() { return *asset_index_; }
  SearchIndex& file_index() { return *file_index_; }

 private:
  std::unique_ptr<MemoryState> state_;
  std::unique_ptr<AssetTable> assets_;
  std::unique_ptr<BucketTable> buckets_;
  std::unique_ptr<SideTables> side_tables_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<ChangeStream> changes_;
  std::unique_ptr<EventQueue> queue_;
  std::unique_ptr<EventTopic> topic_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<SearchIndex> asset_index_;
  std::unique_ptr<SearchIndex> file_index_;
};

// The parts, each bound to the shared state.
std::unique_ptr<AssetTable> MakeMemoryAssetTable(MemoryState& state);
std::unique_ptr<BucketTable> MakeMemoryBucketTable(MemoryState& state);
std::unique_ptr<SideTables> MakeMemorySideTables(MemoryState& state);
std::unique_ptr<ObjectStore> MakeMemoryObjectStore(MemoryState& state);
std::unique_ptr<ChangeStream> MakeMemoryChangeStream(MemoryState& state);
std::unique_ptr<EventQueue> MakeMemoryEventQueue(MemoryState& state);
std::unique_ptr<EventTopic> MakeMemoryEventTopic(MemoryState& state);
std::unique_ptr<Parameters> MakeMemoryParameters(MemoryState& state);
// An index of its own; it exists from the beginning. It refuses documents with a field whose mapping in its definition
// is {"type": "refused"}. Each sibling is an index of its own that does not exist yet.
std::unique_ptr<SearchIndex> MakeMemorySearchIndex(std::string name);

}  // namespace vams
