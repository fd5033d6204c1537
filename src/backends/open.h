#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "ports/asset_table.h"
#include "ports/bucket_table.h"
#include "ports/change_stream.h"
#include "ports/event_queue.h"
#include "ports/event_topic.h"
#include "ports/object_store.h"
#include "ports/parameters.h"
#include "ports/search_index.h"
#include "ports/side_tables.h"

namespace vams {

// Every port of one VAMS. The ports live as long as this does and may be used from any thread.
struct Deployment {
  std::string description;  // "embedded VAMS in /data/vams", for messages
  std::unique_ptr<AssetTable> assets;
  std::unique_ptr<BucketTable> buckets;
  std::unique_ptr<SideTables> side_tables;
  std::unique_ptr<ObjectStore> objects;
  std::unique_ptr<EventTopic> topic;
  std::unique_ptr<EventQueue> file_events;  // null where others consume it
  std::unique_ptr<ChangeStream> changes;    // null where others consume it
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<SearchIndex> asset_index;
  std::unique_ptr<SearchIndex> file_index;
  std::shared_ptr<void> keep_alive;  // what the ports share
  // True where our own indexers have to run inside the process for anything to be indexed.
  bool runs_indexers = false;
  // True where VAMS's bucket-sync function stands between the topics and the file indexer, with the hazards of
  // docs/reference/deployment-hazards.md: on AWS. An embedded VAMS has none.
  bool bucket_sync = false;
};

// Which VAMS. Later also endpoints, credentials and names of a deployment on AWS.
struct OpenOptions {
  std::optional<std::string> local_directory{};
  // How long a write to an embedded VAMS waits for another process that is writing, before it is kBusy.
  Duration busy_timeout = std::chrono::seconds{30};
};

// kNotFound: no such directory, or not a VAMS; kCorrupt: a damaged or foreign file; kAccessDenied, kReadOnly, kNoSpace,
// kBusy as the words say. Nothing is created or changed by a failure.
Result<Deployment> OpenDeployment(const OpenOptions& options, Clock& clock);

}  // namespace vams
