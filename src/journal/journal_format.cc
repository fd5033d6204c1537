#include "journal/journal_format.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "journal/wire.h"

namespace vams {
namespace {

constexpr std::string_view kMagic = "vamsjrnl";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLengthBytes = 4;

std::uint32_t Checksum(std::string_view length, std::string_view body) {
  uLong sum = crc32_z(0, nullptr, 0);
  for (const std::string_view part : {length, body}) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  }
  return static_cast<std::uint32_t>(sum);
}

// Room for the envelope, then the type; the payload follows, and Seal closes the frame.
std::string BeginFrame(FrameType type) {
  std::string frame(kEnvelopeBytes, '\0');
  frame.push_back(static_cast<char>(type));
  return frame;
}

std::string Seal(std::string frame) {
  const std::string_view body = std::string_view(frame).substr(kEnvelopeBytes);
  std::string envelope;
  AppendU32(envelope, static_cast<std::uint32_t>(body.size()));
  AppendU32(envelope, Checksum(envelope, body));
  frame.replace(0, kEnvelopeBytes, envelope);
  return frame;
}

void AppendFiles(std::string& out, const ConfirmedKeys& confirmed) {
  AppendString(out, confirmed.location.bucket);
  AppendString(out, confirmed.location.prefix);
  AppendVarint(out, static_cast<std::uint64_t>(
                        std::ranges::count_if(confirmed.intervals, [](const auto& i) { return !i.empty(); })));
  for (const KeyInterval& interval : confirmed.intervals) {
    if (interval.empty()) continue;
    AppendString(out, interval.after);
    out.push_back(interval.to ? 1 : 0);
    if (interval.to) AppendString(out, *interval.to);
  }
}

ConfirmedKeys ReadFiles(WireReader& in) {
  ConfirmedKeys confirmed;
  confirmed.location.bucket = in.String();
  confirmed.location.prefix = in.String();
  for (std::uint64_t left = in.Varint(); left > 0 && !in.failed(); --left) {
    KeyInterval interval;
    interval.after = in.String();
    if (in.Flag()) interval.to = in.String();
    if (interval.empty()) in.Fail();
    confirmed.intervals.push_back(std::move(interval));
  }
  return confirmed;
}

void AppendAssets(std::string& out, const ConfirmedSegment& confirmed) {
  AppendVarint(out, confirmed.total);
  AppendVarint(out, confirmed.segment);
  out.push_back(confirmed.cursor ? 0 : 1);
  AppendString(out, confirmed.cursor ? confirmed.cursor->token : "");
}

ConfirmedSegment ReadAssets(WireReader& in) {
  ConfirmedSegment confirmed;
  confirmed.total = in.Varint32();
  confirmed.segment = in.Varint32();
  const bool done = in.Flag();
  std::string token = in.String();
  if (done && !token.empty()) in.Fail();
  if (!done) confirmed.cursor = Cursor{std::move(token)};
  return confirmed;
}

PhaseChange ReadPhase(WireReader& in) {
  const std::uint8_t phase = in.U8();
  const std::uint8_t state = in.U8();
  if (phase < 1 || phase > 4 || state < 1 || state > 2) in.Fail();
  return {static_cast<JournalPhase>(phase), static_cast<PhaseState>(state)};
}

void AppendTime(std::string& out, UtcTime time) {
  AppendU64(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

UtcTime ReadTime(WireReader& in) { return UtcTime(Duration(static_cast<std::int64_t>(in.U64()))); }

void AppendBytes16(std::string& out, const std::array<std::uint8_t, 16>& bytes) {
  out.append(bytes.begin(), bytes.end());
}

std::array<std::uint8_t, 16> ReadBytes16(WireReader& in) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(in.Take(bytes.size()), bytes.begin());
  return bytes;
}

}  // namespace

std::optional<std::uint64_t> FrameBytes(std::string_view bytes) {
  if (bytes.size() < kEnvelopeBytes) return std::nullopt;
  return kEnvelopeBytes + std::uint64_t{WireReader(bytes).U32()};
}

std::optional<Frame> FirstFrame(std::string_view bytes) {
  const auto size = FrameBytes(bytes);
  if (!size || *size <= kEnvelopeBytes || *size > bytes.size()) return std::nullopt;
  WireReader in(bytes);
  const std::string_view length = in.Take(kLengthBytes);
  const std::uint32_t checksum = in.U32();
  const std::string_view body = in.Take(*size - kEnvelopeBytes);
  if (Checksum(length, body) != checksum) return std::nullopt;
  return Frame{static_cast<std::uint8_t>(body.front()), body.substr(1), *size};
}

std::string EncodeHeader(const JournalHeader& header) {
  std::string out = BeginFrame(FrameType::kHeader);
  out.append(kMagic);
  AppendU32(out, kVersion);
  AppendString(out, header.run_id);
  AppendString(out, header.program_version);
  AppendTime(out, header.created);
  AppendBytes16(out, header.salt);
  AppendVarint(out, header.configuration.size());
  for (const auto& [key, hash] : header.configuration) {
    AppendString(out, key);
    AppendBytes16(out, hash);
  }
  AppendVarint(out, header.side_files.size());
  for (const std::string& name : header.side_files) AppendString(out, name);
  return Seal(std::move(out));
}

Result<std::string> EncodeBatch(const JournalBatch& batch) {
  std::string out = BeginFrame(FrameType::kCommit);
  AppendVarint(out, batch.files.size());
  for (const ConfirmedKeys& confirmed : batch.files) AppendFiles(out, confirmed);
  AppendVarint(out, batch.assets.size());
  for (const ConfirmedSegment& confirmed : batch.assets) AppendAssets(out, confirmed);
  AppendVarint(out, batch.counters.size());
  for (const JournalText& counter : batch.counters) {
    AppendString(out, counter.name);
    AppendString(out, counter.value);
  }
  AppendVarint(out, batch.side_files.size());
  for (const SideFileLength& file : batch.side_files) {
    AppendString(out, file.name);
    AppendVarint(out, file.bytes);
  }
  AppendVarint(out, batch.phases.size());
  for (const PhaseChange& change : batch.phases) {
    out.push_back(static_cast<char>(change.phase));
    out.push_back(static_cast<char>(change.state));
  }
  out.push_back(batch.ended ? 1 : 0);
  if (batch.ended) {
    AppendTime(out, batch.ended->at);
    AppendString(out, batch.ended->outcome);
  }
  if (out.size() - kEnvelopeBytes > std::numeric_limits<std::uint32_t>::max()) {
    return Fail(ErrorCode::kTooLarge, "a commit of {} bytes does not fit a frame of the journal", out.size());
  }
  return Seal(std::move(out));
}

Error DamagedHeader(std::string_view what) {
  return MakeError(ErrorCode::kCorrupt, "the header of the journal {}", what)
      .WithHint("this run cannot be resumed; begin a new run");
}

Result<JournalHeader> DecodeHeader(const Frame& frame) {
  WireReader in(frame.payload);
  if (frame.type != static_cast<std::uint8_t>(FrameType::kHeader) || in.Take(kMagic.size()) != kMagic) {
    return std::unexpected(DamagedHeader("is not one: another program wrote the file"));
  }
  const std::uint32_t version = in.U32();
  if (version > kVersion) {
    return std::unexpected(
        MakeError(ErrorCode::kCorrupt, "the journal has format {}, and this program reads up to {}", version, kVersion)
            .WithHint("resume the run with the newer vams-migrate that began it"));
  }
  if (version != kVersion) return std::unexpected(DamagedHeader("is damaged"));
  JournalHeader header;
  header.run_id = in.String();
  header.program_version = in.String();
  header.created = ReadTime(in);
  header.salt = ReadBytes16(in);
  for (std::uint64_t left = in.Varint(); left > 0 && !in.failed(); --left) {
    std::string key = in.String();
    const ValueHash hash = ReadBytes16(in);
    if (!header.configuration.empty() && key <= header.configuration.rbegin()->first) in.Fail();
    header.configuration.emplace(std::move(key), hash);
  }
  for (std::uint64_t left = in.Varint(); left > 0 && !in.failed(); --left) {
    std::string name = in.String();
    if (!IsSideFileName(name)) in.Fail();
    header.side_files.push_back(std::move(name));
  }
  if (!in.done()) return std::unexpected(DamagedHeader("is damaged"));
  return header;
}

std::optional<JournalBatch> DecodeBatch(const Frame& frame) {
  if (frame.type != static_cast<std::uint8_t>(FrameType::kCommit)) return std::nullopt;
  WireReader in(frame.payload);
  const auto list = [&in](auto& into, auto&& read_one) {
    for (std::uint64_t left = in.Varint(); left > 0 && !in.failed(); --left) into.push_back(read_one(in));
  };
  JournalBatch batch;
  list(batch.files, ReadFiles);
  list(batch.assets, ReadAssets);
  list(batch.counters, [](WireReader& from) {
    std::string name = from.String();
    return JournalText{std::move(name), from.String()};
  });
  list(batch.side_files, [](WireReader& from) {
    std::string name = from.String();
    return SideFileLength{std::move(name), from.Varint()};
  });
  list(batch.phases, ReadPhase);
  if (in.Flag()) {
    const UtcTime at = ReadTime(in);
    batch.ended = RunEnd{at, in.String()};
  }
  if (!in.done() || !CheckBatch(batch)) return std::nullopt;
  return batch;
}

}  // namespace vams
