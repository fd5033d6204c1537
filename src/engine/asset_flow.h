#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "engine/flow_note.h"
#include "engine/patience.h"
#include "engine/resource.h"
#include "model/asset.h"
#include "model/cursor.h"
#include "model/finding.h"
#include "ports/asset_table.h"

namespace vams {

// Figures of records whose fate is settled, and only of these.
struct AssetTotals {
  std::uint64_t touched = 0;  // confirmed; in a dry run: would be touched
  std::uint64_t failed = 0;
  std::uint64_t gone = 0;
  std::uint64_t invalid = 0;
  bool operator==(const AssetTotals&) const = default;
  std::uint64_t settled() const { return touched + failed + gone; }
};

struct FailedAsset {
  AssetKey key;
  Error error;
  std::uint32_t tries = 0;
};

// Up to where a segment is settled: all before `cursor` (nullopt: its start), and of the page that begins there all up
// to the record `after`.
struct SegmentProgress {
  std::uint32_t segment = 0;
  std::optional<Cursor> cursor{};
  std::optional<AssetKey> after{};
  bool done = false;
  bool operator==(const SegmentProgress&) const = default;
};

// Everything up to where the segments have moved since the last commit, and nothing beyond: what is settled behind a
// record that is not yet will be settled again by a part that goes on from here. Durable as a whole or not at all.
struct AssetProgress {
  std::vector<SegmentProgress> segments;  // that have moved
  std::vector<Finding> findings;
  std::vector<FailedAsset> failed;
  std::vector<AssetKey> gone;
  std::vector<AssetKey> sent;  // only where the settings ask for them
  AssetTotals totals;          // of the whole run up to there
};

struct ScanTask {
  Segment segment;
  std::optional<Cursor> from;
};
struct ScanAnswer {
  std::vector<AssetKey> keys;    // selected and usable
  std::vector<Finding> invalid;  // records that are neither
  std::optional<Cursor> next;
};
struct TouchTask {
  std::vector<AssetKey> keys;
};
using TouchAnswer = std::vector<Result<TouchOutcome>>;  // one for each key, in order
struct AssetCommitTask {
  AssetProgress progress;
};
struct AssetCommitted {};

struct AssetTask {
  std::uint64_t id = 0;
  std::variant<ScanTask, TouchTask, AssetCommitTask> what;
};
// It asks one thing of one service and computes next to nothing (engine/drive.h).
inline bool OnlyWaits(const AssetTask& task) { return std::holds_alternative<TouchTask>(task.what); }
using AssetAnswer = std::variant<Result<ScanAnswer>, Result<TouchAnswer>, Result<AssetCommitted>>;

struct AssetFlowSettings {
  std::uint32_t segments = 16;
  std::vector<SegmentProgress> begun{};  // by an earlier part of this run, with as many segments
  AssetTotals totals{};                  // of it
  PaceLimits scan{};
  PaceLimits touch{};
  std::size_t most_in_flight = 256;  // requests of all kinds together
  std::size_t most_held = 4000;      // records that wait or are under way: the scan waits while there are more
  std::size_t most_pages = 3;        // of one segment, from the first that is not settled whole
  std::size_t keys_per_touch = 1;
  bool dry_run = false;
  bool tells_sent = false;
  std::optional<std::uint64_t> limit{};  // records at most
  std::uint32_t most_tries = 20;         // of one record, while others succeed
  Duration commit_every = std::chrono::milliseconds(100);
};

// The one place that decides what the asset phase does next: scans segments, touches the records of all of them in turn
// so that the writes spread over the partitions, commits, tries again. As FileFlow, it does nothing itself. No I/O, no
// clock, no thread.
class AssetFlow {
 public:
  AssetFlow(AssetFlowSettings settings, Random01 random);

  std::optional<AssetTask> Next(Duration now);
  std::optional<Duration> NextAt() const;
  void OnDone(AssetTask task, AssetAnswer answer, Duration now);
  void Drain() { draining_ = true; }
  bool finished() const;

  // What ended the flow early: permanent and of the whole table, or of the journal.
  struct Fatal {
    Error error;
    bool reading = false;  // the table could not be read
  };
  const std::optional<Fatal>& fatal() const { return fatal_; }
  const AssetTotals& totals() const { return totals_; }
  std::uint64_t taken() const { return taken_; }  // records that were scanned and are to be touched
  std::uint64_t throttled() const { return throttled_; }
  std::vector<FlowNote> TakeNotes();
  std::size_t held() const { return held_; }

 private:
  enum class Fate : std::uint8_t { kOpen, kTouched, kGone, kFailed };
  struct Page {
    std::vector<AssetKey> keys{};
    std::vector<Fate> fates{};
    std::map<std::size_t, FailedAsset> failed{};  // by index
    std::vector<Finding> invalid{};
    std::size_t first_open = 0;  // all before it are settled
    bool cut = false;            // by the limit: it is never settled whole
    std::optional<Cursor> next{};
  };
  struct SegmentState {
    std::optional<Cursor> cursor;
    enum class State : std::uint8_t { kIdle, kAsked, kDone } state = State::kIdle;
    std::deque<Page> pages;        // in order, the first one not settled whole
    std::uint64_t first_page = 0;  // number of pages.front()
    struct Place {
      std::uint64_t page;
      std::size_t index;
    };
    std::deque<Place> waiting;  // to be touched
    bool moved = false;
    std::uint32_t unreadable = 0;  // answers to its scan, in a row
    std::optional<Cursor> settled;
    std::optional<AssetKey> skip_to;  // of the first page: this and all before it were settled by an earlier part
  };
  struct Pending {
    AssetKey key;
    std::uint32_t segment = 0;
    SegmentState::Place place{};
    Patience patience{};
  };
  struct Running {
    Duration started{0};
    std::uint64_t others_done = 0;   // of a touch: requests that had succeeded when it began
    std::vector<Pending> records{};  // of a touch; their keys travel with the task
  };

  AssetTask Begin(decltype(AssetTask::what) what, Running running, Duration now);
  std::optional<AssetTask> NextCommit(Duration now);
  std::optional<AssetTask> NextTouch(Duration now);
  std::optional<AssetTask> NextScan(Duration now);
  void OnScan(const ScanTask& task, Result<ScanAnswer>& answer, const Running& running, Duration now);
  void OnTouch(TouchTask& task, Result<TouchAnswer>& answer, Running& running, Duration now);
  void OnTouched(Pending record, const Result<TouchOutcome>& outcome, std::uint64_t others_done, Duration now);
  void Settle(std::uint32_t segment, SegmentState::Place place, Fate fate);
  void Confirm(Page& page, std::size_t index);
  void MoveOn(SegmentState& segment);
  bool MayPass(Resource& resource, const Error& error, Duration started, std::size_t units, Duration now);
  bool Exhausted() const;

  const AssetFlowSettings settings_;
  const Random01 random_;
  std::vector<SegmentState> segments_;
  Resource scan_;
  Resource touch_;
  std::unordered_map<std::uint64_t, Running> running_;
  std::uint64_t next_id_ = 0;
  std::size_t requests_ = 0;
  std::size_t scans_ = 0;
  std::size_t waiting_ = 0;  // keys of all segments
  std::size_t held_ = 0;     // records that are not settled
  std::size_t next_segment_ = 0;
  std::multimap<Duration, Pending> again_;
  std::optional<Duration> scan_again_;

  AssetProgress progress_;
  bool dirty_ = false;
  AssetTotals totals_;     // of all that is settled
  AssetTotals confirmed_;  // of what a commit may claim
  std::uint64_t taken_ = 0;
  std::uint64_t throttled_ = 0;
  std::uint64_t left_;
  bool committing_ = false;
  bool journal_failed_ = false;
  Duration last_commit_{0};
  bool draining_ = false;
  std::optional<Fatal> fatal_;
  std::vector<FlowNote> notes_;
};

}  // namespace vams
