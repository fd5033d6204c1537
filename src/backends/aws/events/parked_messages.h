#pragma once

#include <filesystem>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vams::aws {

// A file to which messages are put aside, one JSON object a line: {"id","body","reason","time"}. Only its owner may
// read it. Several threads and processes may append to one file, in turn: beside it lies its lock.
class ParkedMessages {
 public:
  explicit ParkedMessages(std::filesystem::path file) : file_(std::move(file)) {}

  // Returns after the line has reached the disk; makes file and directory where they are missing. A line that could not
  // be written is taken back, and one that an earlier end of the process left cut is closed first. Errors: kNoSpace,
  // kReadOnly, kAccessDenied, kIo; kInvalid: the body is not UTF-8.
  Status Append(std::string_view id, std::string_view body, std::string_view reason, UtcTime time) const;

  const std::filesystem::path& file() const { return file_; }

 private:
  const std::filesystem::path file_;
};

}  // namespace vams::aws
