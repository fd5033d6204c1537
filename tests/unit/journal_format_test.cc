#include "journal/journal_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include <functional>

#include "base/durable_file.h"
#include "journal/wire.h"
#include "testing/journal_samples.h"
#include "unit/journal_generators.h"

namespace vams {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kVersionAt = kEnvelopeBytes + 1 + 8;

// The same frame with `change` made to its type and payload, and the checksum that then is right.
std::string Changed(const std::string& frame, const std::function<void(std::string&)>& change) {
  std::string body = frame.substr(kEnvelopeBytes);
  change(body);
  std::string out;
  AppendU32(out, static_cast<std::uint32_t>(body.size()));
  const std::string summed = out + body;
  AppendU32(out, static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(summed.data()), summed.size())));
  return out + body;
}

TEST(JournalFormat, ReadsAHeaderBack) {
  const JournalHeader header = SampleHeader();
  const std::string bytes = EncodeHeader(header);
  const auto frame = FirstFrame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes, bytes.size());
  const auto read = DecodeHeader(*frame);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, header);
}

RC_GTEST_PROP(JournalFormat, ReadsABatchBack, ()) {
  const JournalBatch batch = *AnyBatch();
  const std::string behind = *AnyBytes();
  const std::string bytes = EncodeBatch(batch).value();
  const std::string more = bytes + behind;
  const auto frame = FirstFrame(more);
  RC_ASSERT(frame.has_value());
  RC_ASSERT(frame->bytes == bytes.size());
  const auto read = DecodeBatch(*frame);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == batch);
}

RC_GTEST_PROP(JournalFormat, AnyPayloadIsRefusedOrWrittenAgainAsTheSameBytes, ()) {
  // Bytes of a batch with some changed: these reach further into the decoder than any bytes do.
  std::string payload(FirstFrame(EncodeBatch(*AnyBatch()).value())->payload);
  for (int changes = *rc::gen::inRange(0, 4); changes > 0; --changes) {
    payload[*rc::gen::inRange<std::size_t>(0, payload.size())] = *rc::gen::arbitrary<char>();
  }
  const auto batch = DecodeBatch({static_cast<std::uint8_t>(FrameType::kCommit), payload, 0});
  if (!batch) return;
  const std::string again = EncodeBatch(*batch).value();
  RC_ASSERT(FirstFrame(again)->payload == payload);
}

TEST(JournalFormat, Version1IsTheseBytesForever) {
  const auto stored = ReadWholeFile(VAMS_FIXTURES "/journal/version-1.journal");
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ(EncodeJournal(SampleHeader(), SampleBatches()), **stored);
}

TEST(JournalFormat, AnEmptyIntervalIsNotWritten) {
  const std::string bytes = EncodeBatch({.files = {{{"b", ""}, {{"k", "k"}, {"a", "b"}}}}}).value();
  const auto read = DecodeBatch(*FirstFrame(bytes));
  ASSERT_TRUE(read);
  EXPECT_THAT(read->files.at(0).intervals, testing::ElementsAre(KeyInterval{"a", "b"}));
}

TEST(JournalFormat, HoldsNoValueOfTheConfiguration) {
  JournalHeader header;
  header.configuration = HashConfiguration(std::vector<ConfigurationValue>{{"topic", "arn:aws:sns:secret"}}, {});
  const std::string bytes = EncodeHeader(header);
  EXPECT_THAT(bytes, HasSubstr("topic"));
  EXPECT_THAT(bytes, Not(HasSubstr("secret")));
}

TEST(JournalFormat, ANewerVersionIsNamed) {
  // Its other fields may look like anything.
  const std::string bytes = Changed(EncodeHeader(SampleHeader()), [](std::string& body) {
    body[kVersionAt - kEnvelopeBytes] = 2;
    body.resize(body.size() - 7);
  });
  const auto read = DecodeHeader(*FirstFrame(bytes));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(read.error().message, HasSubstr("format 2"));
  EXPECT_THAT(read.error().hint, HasSubstr("newer"));
}

TEST(JournalFormat, WhatIsNoHeaderIsRefused) {
  const std::string header = EncodeHeader(SampleHeader());
  const std::vector<std::string> frames{
      EncodeBatch({}).value(),
      Changed(header, [](std::string& body) { body[1] = 'w'; }),                         // magic
      Changed(header, [](std::string& body) { body[9] = 0; }),                           // version
      Changed(header, [](std::string& body) { body.pop_back(); }),                       //
      Changed(header, [](std::string& body) { body.push_back('x'); }),                   //
      Changed(header, [](std::string& body) { body[body.find("failed")] = '/'; }),       // a path is no side file
      Changed(header, [](std::string& body) { body[body.find("asset_table")] = 'z'; }),  // keys not in order
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto read = DecodeHeader(*FirstFrame(frames[i]));
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(read.error().hint, HasSubstr("begin a new run"));
  }
}

TEST(JournalFormat, WhatIsNoCommitIsRefused) {
  const std::string commit = EncodeBatch(SampleBatches().at(1)).value();
  EXPECT_TRUE(DecodeBatch(*FirstFrame(Changed(commit, [](std::string&) {}))));
  for (const std::string& frame : {
           EncodeHeader(SampleHeader()),
           Changed(commit, [](std::string& body) { body[0] = 3; }),  // a type of another version
           Changed(commit, [](std::string& body) { body[3] = 1; }),  // a segment that is not below its total
           Changed(commit, [](std::string& body) { body[5] = 1; }),  // a segment that is done, with a cursor
           Changed(commit, [](std::string& body) { body.back() = 2; }),
           Changed(commit, [](std::string& body) { body.push_back('\0'); }),
       }) {
    EXPECT_FALSE(DecodeBatch(*FirstFrame(frame)));
  }
}

TEST(JournalFormat, NothingAndZerosAreNoFrame) {
  for (std::size_t n = 0; n < 64; ++n) EXPECT_FALSE(FirstFrame(std::string(n, '\0'))) << n;
  // Without a type, with the checksum of that.
  EXPECT_FALSE(FirstFrame(Changed(EncodeBatch({}).value(), [](std::string& body) { body.clear(); })));
}

}  // namespace
}  // namespace vams
