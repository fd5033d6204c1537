#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "model/attribute_value.h"
#include "model/object.h"

namespace vams {

// The queue of file events that Init makes; Deployment::file_events receives from it.
inline constexpr std::string_view kFileEventQueue = "file-events";

enum class LocalTable { kAssets, kDatabases, kMetadata, kBuckets, kLinks, kVersions };
std::string_view LocalTableName(LocalTable table);  // as in the golden states: "assets", "databases", ...
std::optional<LocalTable> LocalTableFromName(std::string_view name);

struct LocalInit {
  std::string asset_index_name = "vams-assets-v1";
  std::string asset_index_definition{};  // JSON, as for SearchIndex::Create
  std::string file_index_name = "vams-files-v1";
  std::string file_index_definition{};
  // Parameters of these names and the values "local", and the two index names.
  std::string endpoint_parameter = "/vams-local/aos/endPoint";
  std::string asset_index_parameter = "/vams-local/aos/assetIndexName";
  std::string file_index_parameter = "/vams-local/aos/fileIndexName";
  // A throw-away VAMS: nothing is synced to the disk, which is many times faster. It outlives its processes but not a
  // power failure.
  bool scratch = false;
};

struct LocalBucket {
  std::string name;
  bool versioned = false;
  // Told of created and removed objects; made, with a subscription of the file-event queue, where there is none of that
  // name. nullopt: the bucket notifies nobody.
  std::optional<std::string> topic{};
};

// The topic that a bucket notifies by default: "arn:aws:sns:local:000000000000:vams-<bucket>-created".
std::string DefaultTopic(std::string_view bucket);

// One object, or a delete marker, to be stored as the current version of its key.
struct LocalObject {
  enum class Content {
    kNone,       // nothing but a size
    kReference,  // the bytes stay in `file`
    kCopy,       // the bytes of `file` are copied into the directory
  };
  ObjectRef ref{};
  Content content = Content::kNone;
  std::string file{};      // for kReference and kCopy
  std::uint64_t size = 0;  // for kNone; else that of the file
  // Where absent: the file's time or now, in whole seconds; the MD5 of the bytes; a new version id in a versioned
  // bucket.
  std::optional<UtcTime> last_modified{};
  std::optional<std::string> etag{};
  std::optional<std::string> version_id{};
  std::vector<std::pair<std::string, std::string>> metadata{};  // names are stored in small letters
  bool delete_marker = false;                                   // versioned buckets only
};

// Whether the bucket's topic hears of a change, in S3's own form.
enum class EmitEvents { kNo, kYes };

struct LocalStatus {
  struct Bucket {
    std::string name;
    bool versioned = false;
    std::vector<std::string> topics;
    std::uint64_t objects = 0;  // current ones
    std::uint64_t bytes = 0;
  };
  struct Index {
    std::string name;
    bool exists = false;
    std::uint64_t documents = 0;
    std::uint64_t size_bytes = 0;
  };
  struct File {
    std::string name;
    std::uint64_t bytes = 0;  // with its write-ahead log
  };
  struct Consumer {
    std::string name;
    std::uint64_t backlog = 0;
  };
  std::vector<std::pair<LocalTable, std::uint64_t>> items;  // of every table
  std::vector<Bucket> buckets;                              // by name
  std::uint64_t stream_records = 0;                         // kept
  std::vector<Consumer> consumers;
  std::uint64_t queue_visible = 0;
  std::uint64_t queue_in_flight = 0;
  std::uint64_t parked = 0;
  std::vector<Index> indexes;
  std::vector<File> files;
};

struct LocalFileProblem {
  ObjectRef ref;
  std::string file;
  bool missing = false;  // else its size or time is not what it was
};

struct LocalParked {
  std::string origin;  // "stream" or "queue"
  std::string body;
  std::string reason;
  UtcTime at;
};

// Makes, fills and looks into an embedded VAMS: what DynamoDB's, S3's and SNS's own interfaces are for a deployed one.
// Every writing call is one transaction for each database file: all of it is stored or nothing is. Bad input is
// kInvalid and names the place. Safe for concurrent calls; other processes, and Deployments, may have the directory
// open.
class LocalVams {
 public:
  // Makes `directory`, which must be missing or empty, with its tables, both indexes, default parameters and the
  // file-event queue. A VAMS, or anything else, there already: kPrecondition, nothing changed.
  static Status Init(const std::string& directory, const LocalInit& init);
  // Errors as for OpenDeployment.
  static Result<std::unique_ptr<LocalVams>> Open(const std::string& directory, Clock& clock);
  ~LocalVams();

  // Puts whole items; one with the same key is replaced, and an equal one leaves no trace in the stream.
  Status PutItem(LocalTable table, const Item& item);
  Status PutItems(LocalTable table, std::span<const Item> items);
  // `keys` holds the key attributes, more is ignored. True: it was there.
  Result<bool> DeleteItem(LocalTable table, const Item& keys);
  // nullopt: no such item.
  Result<std::optional<Item>> GetItem(LocalTable table, const Item& keys);

  Status SetParameter(std::string_view name, std::string_view value);
  // There already: a success.
  Status CreateTopic(std::string_view name);
  // There already: a success if it has the same versioning, the topic is added; else kPrecondition.
  Status CreateBucket(const LocalBucket& bucket);

  // In order, so that the last one of a key is current. No such bucket: kNotFound. A file that cannot be read: its
  // error.
  Status PutObject(const LocalObject& object, EmitEvents events);
  Status PutObjects(std::span<const LocalObject> objects, EmitEvents events);
  // In a versioned bucket a delete marker becomes current. False: there was no current object, nothing is done.
  Result<bool> DeleteObject(const ObjectRef& ref, EmitEvents events);

  // Loads a state in the form of tests/fixtures/golden/README.md; buckets get their default topics, no events are
  // raised. Everything is checked before the first write; a mistake is named by its place ("state.tables.assets[3]:
  // ...").
  Status LoadState(const nlohmann::ordered_json& state);

  // Confirms all changes for `consumer` and empties the file-event queue: nothing waits for the indexers, as before a
  // migration.
  Status SkipPending(const std::string& consumer);

  // `Status` is the name of a type.
  Result<LocalStatus> ReadStatus();
  // Calls `report` for each file that an object refers to and that is missing or has changed; returns how many files
  // were looked at.
  Result<std::uint64_t> CheckFiles(const std::function<void(const LocalFileProblem&)>& report);
  // The newest first.
  Result<std::vector<LocalParked>> ReadParked(ItemCount limit);

 private:
  struct Impl;
  explicit LocalVams(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vams
