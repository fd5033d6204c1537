#include "journal/journal_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/journal_samples.h"

namespace vams {
namespace {

using testing::HasSubstr;

Result<JournalContents> Read(std::string_view bytes) {
  const ReadAt read = [bytes](std::uint64_t offset, std::size_t n, std::string& into) -> Status {
    into.append(bytes.substr(offset, n));
    return {};
  };
  return ReadJournal(read, bytes.size());
}

// A journal, and what is in it up to each of its commits.
struct Written {
  explicit Written(const std::vector<JournalBatch>& batches) : states(StatesAfter(batches)) {
    bytes = EncodeHeader(SampleHeader());
    ends.push_back(bytes.size());
    for (const JournalBatch& batch : batches) {
      bytes += EncodeBatch(batch).value();
      ends.push_back(bytes.size());
    }
  }
  // Commits that are whole within the first `size` bytes.
  std::size_t WholeAt(std::size_t size) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(ends, size) - ends.begin()) - 1;
  }
  std::string bytes;
  std::vector<std::size_t> ends;     // of the header and each commit
  std::vector<JournalState> states;  // after as many commits
};

void ExpectEveryCutIsAPrefix(const Written& w, std::size_t from) {
  for (std::size_t size = from; size <= w.bytes.size(); ++size) {
    const auto contents = Read(std::string_view(w.bytes).substr(0, size));
    if (size < w.ends.front()) {
      ASSERT_FALSE(contents) << size;
      EXPECT_EQ(contents.error().code, ErrorCode::kCorrupt);
      EXPECT_THAT(contents.error().hint, HasSubstr("begin a new run"));
      continue;
    }
    ASSERT_TRUE(contents) << size;
    const std::size_t whole = w.WholeAt(size);
    EXPECT_EQ(contents->header, SampleHeader());
    EXPECT_EQ(contents->state, w.states[whole]) << size;
    EXPECT_EQ(contents->good_bytes, w.ends[whole]);
    EXPECT_EQ(contents->dropped_bytes, size - w.ends[whole]);
  }
}

TEST(JournalReader, EveryCutIsAPrefix) { ExpectEveryCutIsAPrefix(Written(SampleBatches()), 0); }

TEST(JournalReader, EveryCutOfTheLast4KiBOfALongOneIsAPrefix) {
  std::vector<JournalBatch> batches = TypicalBatches(18);
  batches.insert(batches.begin(), {.counters = {{"large", std::string(80'000, 'x')}}});  // more than is read at once
  const Written w(batches);
  ASSERT_LT(w.ends[1], w.bytes.size() - 4096);
  ExpectEveryCutIsAPrefix(w, w.bytes.size() - 4096);
}

TEST(JournalReader, EveryFlippedBitDropsWhatFollowsIt) {
  const Written w(SampleBatches());
  for (std::size_t bit = 0; bit < 8 * w.bytes.size(); ++bit) {
    std::string bytes = w.bytes;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const auto contents = Read(bytes);
    if (bit / 8 < w.ends.front()) {
      ASSERT_FALSE(contents) << bit;
      EXPECT_EQ(contents.error().code, ErrorCode::kCorrupt);
      continue;
    }
    ASSERT_TRUE(contents) << bit;
    const std::size_t before = w.WholeAt(bit / 8);
    EXPECT_EQ(contents->state, w.states[before]) << bit;
    EXPECT_EQ(contents->dropped_bytes, bytes.size() - w.ends[before]);
  }
}

TEST(JournalReader, WhatFollowsDamageIsNotGuessed) {
  const Written w(SampleBatches());
  for (const std::string& tail : {std::string(1, '\0'), std::string(5000, '\0'), std::string(5000, '\xff'), w.bytes}) {
    const auto contents = Read(w.bytes + tail + EncodeBatch({.counters = {{"late", "1"}}}).value());
    ASSERT_TRUE(contents);
    EXPECT_EQ(contents->state, w.states.back());
    EXPECT_EQ(contents->good_bytes, w.bytes.size());
  }
}

TEST(JournalReader, AFrameMayBeLargerThanWhatIsReadAtOnce) {
  const Written w({{.counters = {{"large", std::string(1 << 20, 'x')}}}, {.counters = {{"small", "1"}}}});
  const auto contents = Read(w.bytes);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->state, w.states.back());
  EXPECT_EQ(contents->dropped_bytes, 0u);
}

TEST(JournalReader, ADamagedLengthAsksForNoMoreThanThereIs) {
  const std::string bytes = Written(SampleBatches()).bytes + "\xff\xff\xff\xff" + std::string(100, 'x');
  const ReadAt read = [&bytes](std::uint64_t offset, std::size_t n, std::string& into) -> Status {
    EXPECT_LE(n, 1u << 20);
    into.append(bytes, offset, n);
    return {};
  };
  const auto contents = ReadJournal(read, bytes.size());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->dropped_bytes, 104u);
}

TEST(JournalReader, AnErrorOfTheDiskIsNoDamage) {
  const Written w(TypicalBatches(400));
  const ReadAt read = [&w](std::uint64_t offset, std::size_t n, std::string& into) -> Status {
    if (offset > 0) return Fail(ErrorCode::kIo, "cannot read: bad sector");
    into.append(w.bytes, offset, n);
    return {};
  };
  const auto contents = ReadJournal(read, w.bytes.size());
  ASSERT_FALSE(contents);
  EXPECT_EQ(contents.error().code, ErrorCode::kIo);
}

TEST(JournalReader, AFileThatShrinksMeanwhileEndsThere) {
  const Written w(TypicalBatches(400));
  const std::size_t there = w.ends[300];
  const ReadAt read = [&](std::uint64_t offset, std::size_t n, std::string& into) -> Status {
    into.append(std::string_view(w.bytes).substr(0, there).substr(std::min(offset, there), n));
    return {};
  };
  const auto contents = ReadJournal(read, w.bytes.size());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->state, w.states[300]);
}

}  // namespace
}  // namespace vams
