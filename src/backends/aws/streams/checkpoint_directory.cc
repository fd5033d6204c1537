#include "backends/aws/streams/checkpoint_directory.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "backends/aws/json_field.h"
#include "base/durable_file.h"
#include "base/file_lock.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
// Shards live for about a day; whoever has not moved in one for so long has no use for it any more.
constexpr std::chrono::hours kKept{7 * 24};

std::unexpected<Error> Corrupt(const std::filesystem::path& path, std::string_view what) {
  return std::unexpected(
      MakeError(ErrorCode::kCorrupt, "{} holds no positions in streams: {}", path.string(), what)
          .WithHint("move it away: the streams are then read from their oldest record, which does no harm"));
}

Status MakeDirectory(const std::filesystem::path& directory) {
  std::error_code code;
  std::filesystem::create_directories(directory, code);
  if (!code) return {};
  return Fail(code == std::errc::permission_denied ? ErrorCode::kAccessDenied : ErrorCode::kIo, "cannot make {}: {}",
              directory.string(), code.message());
}

std::filesystem::path LockOf(std::filesystem::path path) { return path += ".lock"; }

}  // namespace

CheckpointDirectory::CheckpointDirectory(std::filesystem::path directory, const Clock& clock)
    : directory_(std::move(directory)), clock_(clock) {}

Result<std::filesystem::path> CheckpointDirectory::FileOf(const std::string& consumer) const {
  constexpr std::size_t kLongest = 100;
  const bool plain = std::ranges::all_of(consumer, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (consumer.empty() || consumer.size() > kLongest || !plain) {
    return Fail(ErrorCode::kInvalid, "'{}' is no name for a consumer: up to {} of A-Z a-z 0-9 - _", Printable(consumer),
                kLongest);
  }
  return directory_ / (consumer + ".json");
}

Result<CheckpointDirectory::Entries> CheckpointDirectory::Read(const std::filesystem::path& path) {
  TRY_ASSIGN(const auto text, ReadWholeFile(path));
  if (!text) return Entries{};
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return Corrupt(path, "no JSON object");
  if (json.value("version", Json()) != kVersion) return Corrupt(path, "not version 1");
  const auto positions = json.find("positions");
  if (positions == json.end() || !positions->is_object()) return Corrupt(path, "no positions");
  Entries entries;
  for (const auto& [shard, entry] : positions->items()) {
    if (!entry.is_object() || !entry.contains("after") || !entry["after"].is_string()) return Corrupt(path, shard);
    const auto saved_at = ParseIso(TextField(entry, "saved_at"));
    if (!saved_at) return Corrupt(path, shard + ": saved_at");
    entries[shard] = {.position = {TextField(entry, "after")}, .saved_at = *saved_at};
  }
  return entries;
}

Result<std::optional<StreamPosition>> CheckpointDirectory::Load(const std::string& consumer,
                                                                const std::string& shard) const {
  TRY_ASSIGN(const auto path, FileOf(consumer));
  // The file is replaced as a whole, so it can be read while another process saves.
  TRY_ASSIGN(const Entries entries, Read(path));
  const auto it = entries.find(shard);
  if (it == entries.end()) return std::nullopt;
  return it->second.position;
}

Status CheckpointDirectory::Save(const std::string& consumer, const std::string& shard,
                                 const StreamPosition& position) const {
  TRY_ASSIGN(const auto path, FileOf(consumer));
  TRY(MakeDirectory(directory_));
  TRY_ASSIGN(const FileLock lock, FileLock::Wait(LockOf(path)));
  TRY_ASSIGN(Entries entries, Read(path));
  const UtcTime now = clock_.Now();
  const auto [it, added] = entries.try_emplace(shard, Entry{.position = position, .saved_at = now});
  if (!added) {
    if (!IsLater(position, it->second.position)) return {};
    it->second = {.position = position, .saved_at = now};
  }
  Json positions = Json::object();
  for (const auto& [name, entry] : entries) {
    if (entry.saved_at + kKept < now) continue;
    positions[name] = {{"after", entry.position.after}, {"saved_at", FormatIsoMillis(entry.saved_at)}};
  }
  Json file{{"version", kVersion}};
  file["positions"] = std::move(positions);
  return ReplaceDurably(path, file.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Status CheckpointDirectory::Park(std::string_view line) const {
  const auto path = directory_ / "parked.ndjson";
  TRY(MakeDirectory(directory_));
  TRY_ASSIGN(const FileLock lock, FileLock::Wait(LockOf(path)));
  return AppendLineDurably(path, line);
}

}  // namespace vams::aws
