#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "base/task_loop.h"
#include "ports/asset_table.h"
#include "ports/bucket_table.h"
#include "ports/change_stream.h"
#include "ports/event_backlog.h"
#include "ports/event_queue.h"
#include "ports/event_topic.h"
#include "ports/object_store.h"
#include "ports/parameters.h"
#include "ports/search_index.h"
#include "ports/side_tables.h"
#include "ports/stream_readers.h"

namespace vams {

// A part of a deployment that could not be opened, and why.
struct OpenFault {
  enum class Part { kSideTables, kIndexes };
  Part part = Part::kSideTables;
  Error error;
};

// Every port of one VAMS. The ports live as long as this does and may be used from any thread.
struct Deployment {
  std::string description;  // "embedded VAMS in /data/vams", for messages
  std::unique_ptr<AssetTable> assets;
  std::unique_ptr<BucketTable> buckets;
  std::unique_ptr<SideTables> side_tables;
  std::unique_ptr<ObjectStore> objects;
  std::unique_ptr<EventTopic> topic;
  // The same tables, objects and topics for whoever decides by itself when to try again: one call is one try, and a
  // throttle is seen at once. Null where the ones above never try again.
  std::unique_ptr<AssetTable> assets_once{};
  std::unique_ptr<ObjectStore> objects_once{};
  std::unique_ptr<EventTopic> topic_once{};
  // Makes a loop whose tasks may call the three above, many of them at once on one thread (base/task_loop.h); no lock
  // may be held meanwhile. Null where calls do not wait for another machine.
  std::function<Result<std::unique_ptr<TaskLoop>>()> make_loop{};
  std::unique_ptr<EventQueue> file_events;        // null where others consume it
  std::unique_ptr<ChangeStream> changes;          // null where others consume it
  std::unique_ptr<StreamReaders> stream_readers;  // of others; null where none are needed
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<EventBacklog> backlog;  // null where file_events tells it
  std::unique_ptr<SearchIndex> asset_index;
  std::unique_ptr<SearchIndex> file_index;
  // Whose credentials are used, proven by the service; null where none are needed.
  std::function<Result<std::string>()> identity{};
  // How long a call of a service that has answered before may go on after its ordinary tries; 0 at first. Null where
  // there is nothing to wait for. From any thread.
  std::function<void(Duration)> be_patient{};
  std::shared_ptr<void> keep_alive;  // what the ports share
  std::vector<OpenFault> faults{};   // with AwsOpenOptions::open_what_can_be alone
  // True where our own indexers have to run inside the process for anything to be indexed.
  bool runs_indexers = false;
  // True where VAMS's bucket-sync function stands between the topics and the file indexer, with the hazards of
  // docs/reference/deployment-hazards.md: on AWS. An embedded VAMS has none.
  bool bucket_sync = false;
};

// A deployment on AWS: how to reach it and what its parts are called. A name that is "" leaves its port unusable: calls
// of it fail with kUsage and say which name is missing.
struct AwsOpenOptions {
  std::map<std::string, std::string, std::less<>> environment{};  // of the process; holds secrets
  std::optional<std::string> profile{};                           // as given by flag, see docs/credentials.md
  std::optional<std::string> region{};
  std::optional<std::string> endpoint_url{};
  // What errors call these three: the flag, the variable, or the key of the configuration file with its line.
  std::string profile_by = "--profile";
  std::string region_by = "--region";
  std::string endpoint_url_by = "--endpoint-url";

  std::string asset_table{};
  std::string bucket_table{};
  std::string metadata_table{};
  std::string link_table{};
  std::string version_table{};
  // Names of SSM parameters. They are read when the deployment is opened; all three or none.
  std::string asset_index_parameter{};
  std::string file_index_parameter{};
  std::string endpoint_parameter{};
  std::string event_queue{};  // URL or ARN of the queue that Deployment::file_events receives from; "": none

  // Look for the side tables that are not named, in the environment of the deployed indexers and by name.
  bool find_side_tables = false;
  // Of which tables Deployment::changes reads the streams.
  enum class Streams { kNone, kMetadata, kAll };
  Streams streams = Streams::kNone;

  // Side tables and indexes that cannot be found are no failure: their ports fail with kUsage or are null, and
  // Deployment::faults says why.
  bool open_what_can_be = false;

  std::filesystem::path state_directory{};  // positions in the streams and what was set aside
  std::uint32_t workers = 16;               // requests in flight of one call that makes many
  std::string user_agent = "vams-migrate";
  const StopFlag* stop = nullptr;                    // raised: what is in flight ends as it may, nothing is tried again
  std::function<void(std::string_view)> on_note{};   // for people; from any thread
  std::function<void(std::string_view)> on_trace{};  // one line for each call of a service, without secrets
};

// Which VAMS: an embedded one, or the one on AWS.
struct OpenOptions {
  std::optional<std::string> local_directory{};
  // How long a write to an embedded VAMS waits for another process that is writing, before it is kBusy.
  Duration busy_timeout = std::chrono::seconds{30};
  std::optional<AwsOpenOptions> aws{};
};

// Embedded: kNotFound: no such directory, or not a VAMS; kCorrupt: a damaged or foreign file; kAccessDenied, kReadOnly,
// kNoSpace, kBusy as the words say. On AWS: kUsage: settings that cannot be; kNotFound: a parameter that is not there;
// and what the services say. Nothing is created or changed by a failure.
Result<Deployment> OpenDeployment(const OpenOptions& options, Clock& clock);

}  // namespace vams
