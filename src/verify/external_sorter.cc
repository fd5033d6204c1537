#include "verify/external_sorter.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/private_file.h"

namespace vams {
namespace {

constexpr std::size_t kMaxFanIn = 32;
constexpr std::size_t kFileBuffer = 16 * 1024;

std::unexpected<Error> FileError(const std::filesystem::path& path, std::string_view what) {
  const int error = errno;
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return std::unexpected(MakeError(code, "{} {}: {}", what, path.string(), std::strerror(error))
                             .WithHint("free some space there, or choose another place with --state-dir"));
}

struct Header {
  std::uint32_t key_size;
  std::uint32_t payload_size;
};

}  // namespace

class ExternalSorter::RunWriter {
 public:
  explicit RunWriter(std::filesystem::path path)
      : path_(std::move(path)), file_(OpenPrivate(path_, PrivateFile::kReplace)) {
    if (file_) std::setvbuf(file_.get(), nullptr, _IOFBF, kFileBuffer);
  }
  Status Write(std::string_view key, std::string_view payload) {
    const Header header{static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(payload.size())};
    if (!file_ || std::fwrite(&header, sizeof header, 1, file_.get()) != 1 || !Put(key) || !Put(payload)) {
      return FileError(path_, "cannot write");
    }
    return {};
  }
  Status Close() {
    if (!file_ || std::fflush(file_.get()) != 0) return FileError(path_, "cannot write");
    file_.reset();
    return {};
  }

 private:
  bool Put(std::string_view text) { return text.empty() || std::fwrite(text.data(), text.size(), 1, file_.get()) == 1; }
  std::filesystem::path path_;
  FilePtr file_;
};

class ExternalSorter::RunReader {
 public:
  explicit RunReader(std::filesystem::path path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "rb")) {
    if (file_) std::setvbuf(file_.get(), nullptr, _IOFBF, kFileBuffer);
  }
  ~RunReader() {
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  RunReader(const RunReader&) = delete;
  RunReader& operator=(const RunReader&) = delete;

  // False at the end of the run.
  Result<bool> Advance() {
    Header header{};
    if (!file_) return FileError(path_, "cannot read");
    if (std::fread(&header, sizeof header, 1, file_.get()) != 1) {
      if (std::ferror(file_.get()) != 0) return FileError(path_, "cannot read");
      done_ = true;
      return false;
    }
    record_.key.resize(header.key_size);
    record_.payload.resize(header.payload_size);
    if (!Get(record_.key) || !Get(record_.payload)) return Fail(ErrorCode::kCorrupt, "{} is cut short", path_.string());
    return true;
  }
  Status Rewind() {
    if (file_) std::rewind(file_.get());
    done_ = false;
    TRY(Advance());
    return {};
  }
  bool done() const { return done_; }
  Record& record() { return record_; }

 private:
  bool Get(std::string& into) { return into.empty() || std::fread(into.data(), into.size(), 1, file_.get()) == 1; }
  std::filesystem::path path_;
  FilePtr file_;
  Record record_;
  bool done_ = false;
};

ExternalSorter::ExternalSorter(std::filesystem::path directory, std::string name, Bytes memory)
    : directory_(std::move(directory)), name_(std::move(name)), memory_(std::max<std::size_t>(memory.value, 4096)) {}

ExternalSorter::~ExternalSorter() {
  readers_.clear();
  std::error_code ignored;
  for (const RunId run : runs_) std::filesystem::remove(PathOf(run), ignored);
}

Status ExternalSorter::Add(std::string_view key, std::string_view payload) {
  if (!slots_.empty() && arena_.size() + key.size() + payload.size() + (slots_.size() + 1) * sizeof(Slot) > memory_) {
    TRY(Spill());
  }
  slots_.push_back({arena_.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(payload.size())});
  arena_.append(key).append(payload);
  ++added_;
  return {};
}

void ExternalSorter::SortBuffer() {
  std::ranges::stable_sort(slots_, [this](const Slot& a, const Slot& b) { return KeyAt(a) < KeyAt(b); });
}

std::filesystem::path ExternalSorter::PathOf(RunId run) const {
  return directory_ / (name_ + "." + std::to_string(run) + ".run");
}

Status ExternalSorter::Spill() {
  SortBuffer();
  runs_.push_back(next_run_++);
  RunWriter writer(PathOf(runs_.back()));
  for (const Slot& slot : slots_) TRY(writer.Write(KeyAt(slot), PayloadAt(slot)));
  TRY(writer.Close());
  arena_.clear();
  slots_.clear();
  return {};
}

Status ExternalSorter::Open(std::span<const RunId> runs, std::vector<std::unique_ptr<RunReader>>& readers) const {
  for (const RunId run : runs) {
    readers.push_back(std::make_unique<RunReader>(PathOf(run)));
    TRY(readers.back()->Advance());
  }
  return {};
}

// The fan-in is small, so a look at each head costs less than keeping a heap of strings in order.
Result<std::optional<ExternalSorter::Record>> ExternalSorter::NextOf(std::vector<std::unique_ptr<RunReader>>& readers) {
  RunReader* least = nullptr;
  for (const auto& reader : readers) {
    if (!reader->done() && (least == nullptr || reader->record().key < least->record().key)) least = reader.get();
  }
  if (least == nullptr) return std::nullopt;
  Record record = std::move(least->record());
  TRY(least->Advance());
  return record;
}

// Each run is read and written once, and neighbours stay in order, so that equal keys keep theirs.
Status ExternalSorter::MergeNeighbours() {
  const std::size_t together = std::min(kMaxFanIn, (runs_.size() + kMaxFanIn - 1) / kMaxFanIn);
  for (std::size_t left = runs_.size(); left > 0;) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(together, left));
    left -= static_cast<std::size_t>(count);
    std::vector<std::unique_ptr<RunReader>> readers;
    TRY(Open(std::span(runs_.begin(), runs_.begin() + count), readers));
    runs_.push_back(next_run_++);  // behind all that are not merged yet
    RunWriter writer(PathOf(runs_.back()));
    for (;;) {
      TRY_ASSIGN(auto record, NextOf(readers));
      if (!record) break;
      TRY(writer.Write(record->key, record->payload));
    }
    TRY(writer.Close());
    runs_.erase(runs_.begin(), runs_.begin() + count);
  }
  return {};
}

Status ExternalSorter::Finish() {
  if (runs_.empty()) {
    SortBuffer();
    return {};
  }
  if (!slots_.empty()) TRY(Spill());
  arena_.shrink_to_fit();
  slots_.shrink_to_fit();
  while (runs_.size() > kMaxFanIn) TRY(MergeNeighbours());
  TRY(Open(runs_, readers_));
  runs_.clear();
  return {};
}

Result<std::optional<ExternalSorter::Record>> ExternalSorter::Next() {
  if (!readers_.empty()) return NextOf(readers_);
  if (next_slot_ == slots_.size()) return std::nullopt;
  const Slot& slot = slots_[next_slot_++];
  return Record{std::string(KeyAt(slot)), std::string(PayloadAt(slot))};
}

Status ExternalSorter::Rewind() {
  next_slot_ = 0;
  for (const auto& reader : readers_) TRY(reader->Rewind());
  return {};
}

}  // namespace vams
