#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/units.h"
#include "documents/compatibility.h"
#include "events/reindex_event.h"
#include "ports/log.h"

namespace vams {

// Where the events of a bucket's files are published.
struct SingleTopic {
  std::string arn;  // "": not set
  bool operator==(const SingleTopic&) const = default;
};
struct TopicByBucket {
  std::map<std::string, std::string> arn_by_bucket;
  bool operator==(const TopicByBucket&) const = default;
};
struct AutoTopics {  // each bucket's own notification configuration is read
  bool operator==(const AutoTopics&) const = default;
};
using TopicChoice = std::variant<SingleTopic, TopicByBucket, AutoTopics>;

// `reindex_settings`. What is absent is chosen by the run itself, adaptive and fast.
struct ReindexSettings {
  std::optional<ItemCount> asset_batch_size;                   // 1 to 25: assets handed over at once
  std::optional<ItemCount> s3_batch_size;                      // objects handed over at once, at least 1
  std::optional<std::uint32_t> max_workers;                    // requests in flight, at least 1
  std::optional<std::chrono::microseconds> sns_publish_delay;  // least mean time per event for one worker
};

enum class Attribution {
  kHead,      // a HEAD per object tells its asset
  kLocation,  // the asset table's locations tell it
};
using EventKeyEncoding = KeyEncoding;
enum class OutputFormat { kText, kJson };
enum class ProgressMode { kAuto, kBar, kLog, kJson, kNone };
enum class Operation { kAssets, kFiles, kBoth };

// Takes part only what all of the set ones name. Empty: everything.
struct Selection {
  std::optional<std::string> database;  // databaseId
  std::optional<std::string> bucket;    // bucket name
  std::optional<std::string> prefix;    // start of the object key
  std::optional<std::string> asset;     // assetId
  std::optional<UtcTime> since;         // changed at or after
  bool everything() const { return !database && !bucket && !prefix && !asset && !since; }
};

// Every effective setting of one invocation: flag before environment before file before default. Checked: whoever gets
// one need not validate it again.
struct Options {
  // Which VAMS.
  std::optional<std::filesystem::path> local;  // an embedded one; nullopt: on AWS
  std::string asset_storage_table;             // with `local`, the names up to the topics are only echoed
  std::string s3_asset_buckets_table;
  std::string metadata_table;  // "": found where it is needed, as the next two
  std::string link_table;
  std::string version_table;
  TopicChoice topics;                 // with `local`, not set means AutoTopics
  std::string asset_index_parameter;  // names of SSM parameters
  std::string file_index_parameter;
  std::string endpoint_parameter;
  std::optional<std::string> aws_profile;
  std::optional<std::string> aws_region;
  std::optional<std::string> endpoint_url;

  // What to do.
  Operation operation = Operation::kBoth;
  bool dry_run = false;
  std::optional<ItemCount> limit;  // at most this many assets, and this many files; at least 1
  Selection selection;
  bool skip_verification = false;
  std::chrono::seconds verification_wait_time{300};  // upper bound of the wait; 0: verify at once
  double tolerance_percent = 0;  // missing and stale documents that still count as success, of the expected; 0 to 100
  Attribution attribution = Attribution::kHead;
  EventKeyEncoding event_key_encoding = EventKeyEncoding::kMinimal;
  std::optional<Compatibility> compatibility;  // nullopt: kRepaired with `local`, else kUpstream
  bool allow_rewrites = false;                 // publish also where bucket sync would rewrite the object (H2)
  bool single_topic = false;                   // publish to the one topic given also where a bucket notifies another

  // verify.
  bool repair = false;             // send the missing and stale ones again
  bool remove_unexpected = false;  // with `repair`: delete documents without a source
  bool explain = false;            // say for each finding how its cause was told

  // How fast and how far.
  ReindexSettings reindex;
  std::optional<PerSecond> max_rate;     // events and touches a second; above 0
  std::optional<ItemCount> max_backlog;  // hold back while the queue is longer
  std::optional<Duration> deadline;      // stop, resumable, after this long
  std::optional<double> max_cost;        // US dollars; do not start what would cost more

  // What is printed and written.
  LogLevel log_level = LogLevel::kInfo;
  OutputFormat output = OutputFormat::kText;
  ProgressMode progress = ProgressMode::kAuto;
  std::filesystem::path report_dir = "reports";
  std::filesystem::path state_dir = "vams-migrate-state";
  bool assume_yes = false;  // no questions

  Compatibility EffectiveCompatibility() const {
    return compatibility.value_or(local ? Compatibility::kRepaired : Compatibility::kUpstream);
  }
};

}  // namespace vams
