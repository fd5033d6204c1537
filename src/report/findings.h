#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/mutex.h"
#include "base/private_file.h"
#include "base/result.h"
#include "model/finding.h"

namespace vams {

// Findings of one class: the same kind and cause.
struct FindingGroup {
  IndexKind index = IndexKind::kAssets;
  FindingKind kind = FindingKind::kFailed;
  std::string cause;
  std::uint64_t count = 0;
  std::vector<std::string> examples;  // ids of the first few
};

// Takes findings of any number in bounded memory: each goes to the file as one line of NDJSON, the groups are counted,
// and the first kKept stay at hand. Safe for concurrent calls.
class FindingSink {
 public:
  static constexpr std::size_t kKept = 10'000;

  // The file is made with the first finding; its directory too. "": no file.
  explicit FindingSink(std::filesystem::path file);

  // An error that occurs in writing is kept and told by Flush(), so that stages need not stop for it.
  void Add(Finding finding) EXCLUDES(mu_);
  // kNoSpace or kIo: the file is not whole.
  Status Flush() EXCLUDES(mu_);
  // Flushes, and tells the length of the file; 0 where there is none.
  Result<std::uint64_t> Bytes() EXCLUDES(mu_);
  // Takes in what an earlier part of the run left in the file, of its first `bytes`. Before the first Add.
  Status LoadFile(std::uint64_t bytes = UINT64_MAX) EXCLUDES(mu_);

  std::vector<FindingGroup> groups() const EXCLUDES(mu_);  // by count, largest first
  std::vector<Finding> kept() const EXCLUDES(mu_);
  std::uint64_t count() const EXCLUDES(mu_);
  bool has_file() const EXCLUDES(mu_);
  const std::filesystem::path& path() const { return path_; }

 private:
  void WriteLine(const Finding& finding) REQUIRES(mu_);
  void Count(Finding finding) REQUIRES(mu_);

  const std::filesystem::path path_;
  mutable Mutex mu_;
  FilePtr file_ GUARDED_BY(mu_);
  Status status_ GUARDED_BY(mu_);
  std::map<std::tuple<IndexKind, FindingKind, std::string>, FindingGroup> groups_ GUARDED_BY(mu_);
  std::vector<Finding> kept_ GUARDED_BY(mu_);
  std::uint64_t count_ GUARDED_BY(mu_) = 0;
};

}  // namespace vams
