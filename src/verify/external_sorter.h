#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace vams {

// Sorts any number of (key, payload) records by key bytes in bounded memory: full buffers are sorted and spilled into
// `directory`, then merged. Equal keys keep the order of their Add(). One thread at a time. Its files go with it.
class ExternalSorter {
 public:
  struct Record {
    std::string key;
    std::string payload;
  };

  // `directory` must exist; it is written to only when more than `memory` is added.
  ExternalSorter(std::filesystem::path directory, std::string name, Bytes memory);
  ~ExternalSorter();
  ExternalSorter(const ExternalSorter&) = delete;
  ExternalSorter& operator=(const ExternalSorter&) = delete;

  // kNoSpace or kIo name the file.
  Status Add(std::string_view key, std::string_view payload);
  // Ends adding. After it, Next() gives the records in order, then nullopt.
  Status Finish();
  Result<std::optional<Record>> Next();
  // Begins again with the first record.
  Status Rewind();

  std::uint64_t size() const { return added_; }

 private:
  class RunReader;
  class RunWriter;
  struct Slot {
    std::size_t offset;
    std::uint32_t key_size;
    std::uint32_t payload_size;
  };

  std::string_view KeyAt(const Slot& slot) const { return std::string_view(arena_).substr(slot.offset, slot.key_size); }
  std::string_view PayloadAt(const Slot& slot) const {
    return std::string_view(arena_).substr(slot.offset + slot.key_size, slot.payload_size);
  }
  void SortBuffer();
  Status Spill();
  using RunId = std::uint64_t;
  std::filesystem::path PathOf(RunId run) const;
  Status MergeNeighbours();
  Status Open(std::span<const RunId> runs, std::vector<std::unique_ptr<RunReader>>& readers) const;
  static Result<std::optional<Record>> NextOf(std::vector<std::unique_ptr<RunReader>>& readers);

  const std::filesystem::path directory_;
  const std::string name_;
  const std::size_t memory_;
  std::string arena_;
  std::vector<Slot> slots_;
  std::vector<RunId> runs_;  // oldest first; whoever reads one removes its file
  std::vector<std::unique_ptr<RunReader>> readers_;
  std::uint64_t added_ = 0;
  RunId next_run_ = 0;
  std::size_t next_slot_ = 0;
};

}  // namespace vams
