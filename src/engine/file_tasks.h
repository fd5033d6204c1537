#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "engine/listing.h"
#include "model/finding.h"
#include "model/object.h"
#include "ports/event_topic.h"

// What the file phase asks of the world, and the answers. Plain data: whoever carries a task out needs nothing else.
namespace vams {

// Figures of objects whose fate is settled, and only of these: they are true at any moment that is journalled.
struct FileTotals {
  std::uint64_t scanned = 0;
  std::uint64_t published = 0;                      // confirmed by the topic; in a dry run: would be published
  std::uint64_t failed = 0;                         // objects
  std::map<std::string, std::uint64_t> skipped{};   // by rule
  std::map<std::string, std::uint64_t> withheld{};  // by hazard
  bool operator==(const FileTotals&) const = default;
};

// An object of which no event was sent although one should have been.
struct FailedObject {
  std::size_t location = 0;
  std::string key;
  std::string document_id;  // "" where it is not known
  Error error;
  std::uint32_t tries = 0;
};

struct SentObject {
  std::size_t location = 0;
  std::string key;
};

// Everything that was settled since the last commit. Durable as a whole or not at all.
struct FileProgress {
  std::vector<KeyRange> confirmed;
  std::vector<Finding> findings;
  std::vector<FailedObject> failed;
  std::vector<SentObject> sent;  // only where the settings ask for them
  FileTotals totals;             // of the whole run
};

// A page of a listing: from `cursor`, or without one after the key `after` ("": from the start).
struct ListTask {
  std::size_t location = 0;
  std::string after;
  std::optional<Cursor> cursor;
  bool looks_up = false;  // it asks for each of its objects besides
};
struct ListAnswer {
  std::vector<ObjectEntry> entries;
  std::optional<Cursor> next;
};

// Names in a location at which its listing may be cut, such as its folders: as many as are easily told. An error, or
// none of them, costs time alone.
struct NamesTask {
  std::size_t location = 0;
};
using NamesAnswer = std::vector<std::string>;

// nullopt: no such object any more.
struct HeadTask {
  std::size_t location = 0;
  std::string key;
};
using HeadAnswer = std::optional<ObjectHead>;

// What is to become of each object of a page.
struct DecideTask {
  std::size_t location = 0;
  std::vector<ObjectEntry> entries;
};
// An object as an event tells of it. The text is made when it is sent: it is ten times as long.
struct FileEvent {
  std::size_t location = 0;
  std::string key;
  std::uint64_t size = 0;  // bytes
  UtcTime last_modified{};
  std::string etag{};  // without quotes
  std::optional<std::string> version_id{};
};
struct Decided {
  enum class Kind : std::uint8_t { kPublish, kSkipped, kWithheld, kNotSelected, kFailed };
  Kind kind = Kind::kNotSelected;
  std::string cause{};                      // of kSkipped and kWithheld: the rule, the hazard
  std::string document_id{};                // of kPublish
  std::optional<std::string> version_id{};  // of kPublish, where known
  std::uint64_t bytes = 0;                  // of kPublish: its message has no more
  std::shared_ptr<const Error> error{};     // of kFailed, which is rare: an Error has twice the size of all else here
};
struct DecideAnswer {
  std::vector<Decided> objects;  // one for each entry, in order
  std::vector<Finding> findings;
};

struct PublishTask {
  std::size_t topic = 0;
  std::vector<FileEvent> events;
};
using PublishAnswer = std::vector<Status>;  // one for each event, in order

// How many events wait behind a topic; nullopt: nobody tells.
struct BacklogTask {
  std::size_t topic = 0;
};
using BacklogAnswer = std::optional<ItemCount>;

struct CommitTask {
  FileProgress progress;
};
struct Committed {};

struct FileTask {
  std::uint64_t id = 0;
  std::variant<ListTask, HeadTask, DecideTask, PublishTask, BacklogTask, CommitTask, NamesTask> what;
};
// It asks one thing of one service and computes little: reading a page of a listing, at most, takes half a millisecond
// (engine/drive.h). Decisions ask several things at once, and commits wait for the disk.
inline bool OnlyWaits(const FileTask& task) {
  if (const auto* list = std::get_if<ListTask>(&task.what)) return !list->looks_up;
  return std::holds_alternative<HeadTask>(task.what) || std::holds_alternative<PublishTask>(task.what) ||
         std::holds_alternative<NamesTask>(task.what);
}
using FileAnswer = std::variant<Result<ListAnswer>, Result<HeadAnswer>, Result<DecideAnswer>, Result<PublishAnswer>,
                                Result<BacklogAnswer>, Result<Committed>, Result<NamesAnswer>>;

}  // namespace vams
