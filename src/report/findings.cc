#include "report/findings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace vams {
namespace {

constexpr std::size_t kExamples = 3;
// A class of findings should be few; should a cause ever carry an item's own words, memory stays bounded all the same.
constexpr std::size_t kMaxGroups = 1'000;

}  // namespace

FindingSink::FindingSink(std::filesystem::path file) : path_(std::move(file)) {}

void FindingSink::Add(Finding finding) {
  MutexLock lock(mu_);
  WriteLine(finding);
  Count(std::move(finding));
}

void FindingSink::Count(Finding finding) {
  ++count_;
  auto key = std::tuple(finding.index, finding.kind, finding.cause);
  if (groups_.size() >= kMaxGroups && !groups_.contains(key)) std::get<2>(key) = "other causes";
  FindingGroup& group = groups_[key];
  if (group.count++ == 0) {
    group.index = finding.index;
    group.kind = finding.kind;
    group.cause = std::get<2>(key);
  }
  if (group.examples.size() < kExamples) group.examples.push_back(finding.id);
  if (kept_.size() < kKept) kept_.push_back(std::move(finding));
}

void FindingSink::WriteLine(const Finding& finding) {
  if (path_.empty() || !status_) return;
  if (!file_) {
    std::error_code error;
    std::filesystem::create_directories(path_.parent_path(), error);
    file_ = OpenPrivate(path_, PrivateFile::kAppend);
  }
  const std::string line = ToNdjson(finding) + "\n";
  if (!file_ || std::fwrite(line.data(), line.size(), 1, file_.get()) != 1) {
    const int code = errno;
    status_ = Fail(code == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo, "cannot write the findings to {}: {}",
                   path_.string(), std::strerror(code));
  }
}

Status FindingSink::Flush() {
  MutexLock lock(mu_);
  if (status_ && file_ && std::fflush(file_.get()) != 0) {
    status_ = Fail(ErrorCode::kIo, "cannot write the findings to {}: {}", path_.string(), std::strerror(errno));
  }
  return status_;
}

Result<std::uint64_t> FindingSink::Bytes() {
  TRY(Flush());
  std::error_code error;
  const auto bytes = path_.empty() ? 0 : std::filesystem::file_size(path_, error);
  return error ? 0 : static_cast<std::uint64_t>(bytes);
}

Status FindingSink::LoadFile(std::uint64_t bytes) {
  std::ifstream in(path_, std::ios::binary);
  MutexLock lock(mu_);
  for (std::string line; std::getline(in, line) && line.size() < bytes; bytes -= line.size() + 1) {
    TRY_ASSIGN(Finding finding, FindingFromNdjson(line));
    Count(std::move(finding));
  }
  return {};
}

std::vector<FindingGroup> FindingSink::groups() const {
  MutexLock lock(mu_);
  std::vector<FindingGroup> out;
  for (const auto& [key, group] : groups_) out.push_back(group);
  std::ranges::stable_sort(out, std::ranges::greater{}, &FindingGroup::count);
  return out;
}

std::vector<Finding> FindingSink::kept() const {
  MutexLock lock(mu_);
  return kept_;
}

std::uint64_t FindingSink::count() const {
  MutexLock lock(mu_);
  return count_;
}

bool FindingSink::has_file() const {
  MutexLock lock(mu_);
  return !path_.empty() && count_ > 0;
}

}  // namespace vams
