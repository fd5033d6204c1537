#include "backends/aws/events/parked_messages.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/durable_file.h"
#include "base/file_lock.h"
#include "base/text.h"

namespace vams::aws {
namespace {

Status MakeDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) return {};
  ErrorCode code = ErrorCode::kIo;
  if (error == std::errc::no_space_on_device) code = ErrorCode::kNoSpace;
  if (error == std::errc::read_only_file_system) code = ErrorCode::kReadOnly;
  if (error == std::errc::permission_denied) code = ErrorCode::kAccessDenied;
  return Fail(code, "cannot make {}: {}", directory.string(), error.message());
}

Status AppendLocked(const std::filesystem::path& file, std::string_view line) {
  if (file.has_parent_path()) TRY(MakeDirectory(file.parent_path()));
  TRY_ASSIGN(const FileLock lock, FileLock::Wait(file.string() + ".lock"));
  return AppendLineDurably(file, line);
}

}  // namespace

Status ParkedMessages::Append(std::string_view id, std::string_view body, std::string_view reason, UtcTime time) const {
  if (!IsUtf8(body)) return Fail(ErrorCode::kInvalid, "the body of message {} is not UTF-8", Printable(id));
  nlohmann::ordered_json record;
  record["id"] = Printable(id);
  record["body"] = body;
  record["reason"] = Printable(reason);
  record["time"] = FormatIsoMillis(time);
  if (Status written = AppendLocked(file_, record.dump()); !written) {
    return std::unexpected(std::move(written.error())
                               .In("a message cannot be put aside")
                               .WithHint("the message stays in the queue; name a directory that can be written to"));
  }
  return {};
}

}  // namespace vams::aws
