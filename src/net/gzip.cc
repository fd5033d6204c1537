#include "net/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace vams {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with gzip's header and trailer
constexpr int kFast = 1;
constexpr int kMemory = 8;

// zlib reads through a pointer that is not const unless it was built with ZLIB_CONST.
void SetInput(z_stream& stream, std::string_view bytes) {
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

void SetOutput(z_stream& stream, char* at, std::size_t size) {
  stream.next_out = reinterpret_cast<Bytef*>(at);
  stream.avail_out = static_cast<uInt>(size);
}

}  // namespace

std::string GzipCompress(std::string_view bytes) {
  z_stream stream{};
  // The macro deflateInit2 casts in C's way.
  deflateInit2_(&stream, kFast, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY, ZLIB_VERSION, sizeof(z_stream));
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  SetInput(stream, bytes);
  SetOutput(stream, out.data(), out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::string> GzipDecompress(std::string_view bytes, Bytes limit) {
  z_stream stream{};
  inflateInit2_(&stream, kGzipWindow, ZLIB_VERSION, sizeof(z_stream));
  SetInput(stream, bytes);
  std::string out;
  int code = Z_OK;
  std::size_t used = 0;
  bool too_large = false;
  while (code == Z_OK) {
    if (used > limit.value) {
      too_large = true;
      break;
    }
    // One byte past the limit shows that there is more.
    const std::size_t want = std::min<std::uint64_t>(std::max<std::size_t>(4096, 2 * out.size()), limit.value + 1);
    if (used == out.size()) out.resize(std::max(want, used + 1));
    SetOutput(stream, out.data() + used, out.size() - used);
    const std::size_t room = out.size() - used;
    code = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
    if (code == Z_STREAM_END && stream.avail_in > 0) code = inflateReset(&stream);  // the next member
    if (code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) break;        // cut
  }
  inflateEnd(&stream);
  if (too_large || used > limit.value) {
    return Fail(ErrorCode::kTooLarge, "decompressed, the body is longer than {} bytes", limit.value);
  }
  if (code != Z_STREAM_END) return Fail(ErrorCode::kCorrupt, "the body is no whole gzip stream");
  out.resize(used);
  return out;
}

std::uint32_t Crc32(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace vams
