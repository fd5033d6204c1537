#include "testing/rig/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "testing/rig/hash.h"

namespace vams::rig {
namespace {

constexpr std::size_t kDigits = 8;
constexpr std::string_view kAsset = "asset-";
constexpr std::string_view kFolder = "/scans/part-";
constexpr std::uint64_t kDatabases = 7;
constexpr std::string_view kBucket = "vams-rig-bucket-";
constexpr std::size_t kEndings = 8;
// With characters that listings and paths encode; the awkward ones also with those that events encode.
constexpr std::array<std::string_view, kEndings> kUsual{".glb", ".obj", " level 2.glb",         ".glb",
                                                        ".e57", ".glb", "-r\xc3\xb8r & co.pdf", ".glb"};
constexpr std::array<std::string_view, kEndings> kAwkward{
    ".glb", ".obj", " a+b.glb", ".glb", ".e57", ".glb", "-r\xc3\xb8r & 100%.pdf", ".glb"};

void AppendDigits(std::uint64_t n, std::string& out) {
  char digits[kDigits];
  for (std::size_t i = kDigits; i-- > 0; n /= 10) digits[i] = static_cast<char>('0' + n % 10);
  out.append(digits, kDigits);
}

// Of the front of `text`, which it takes away.
std::optional<std::uint64_t> TakeDigits(std::string_view& text) {
  if (text.size() < kDigits) return std::nullopt;
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    n = n * 10 + static_cast<std::uint64_t>(text[i] - '0');
  }
  text.remove_prefix(kDigits);
  return n;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

Deployment::Deployment(const Shape& shape) : shape_(shape) {
  const std::uint64_t big = shape_.assets / 2;
  big_bucket_ = big % shape_.buckets;
  big_nth_ = big / shape_.buckets;
  first_.push_back(0);
  for (std::uint64_t b = 0; b < shape_.buckets; ++b) {
    names_.push_back(fmt::format("{}{}", kBucket, b));
    const std::uint64_t assets = (shape_.assets + shape_.buckets - 1 - b) / shape_.buckets;
    first_.push_back(first_.back() + FilesBefore(b, assets));
  }
}

std::string_view Deployment::Prefix(std::uint64_t bucket) const {
  if (!shape_.prefix.empty()) return shape_.prefix;
  return bucket % 3 == 2 ? "a/b/" : "";
}

std::optional<std::string_view> Deployment::StoredPrefix(std::uint64_t bucket) const {
  if (!shape_.prefix.empty()) return shape_.prefix;
  if (bucket % 3 == 0) return std::nullopt;
  return bucket % 3 == 1 ? "/" : "a/b/";
}

std::optional<std::uint64_t> Deployment::FindBucket(std::string_view name) const {
  if (!TakePrefix(name, kBucket) || name.empty() || name.size() > kDigits) return std::nullopt;
  std::uint64_t bucket = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    bucket = bucket * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (bucket >= shape_.buckets || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  return bucket;
}

std::uint64_t Deployment::UsualFiles(std::uint64_t nth_asset) const {
  const bool empty = shape_.empty_every > 0 && nth_asset % shape_.empty_every == shape_.empty_every - 1;
  return empty ? 0 : shape_.files_per_asset;
}

std::uint64_t Deployment::FilesBefore(std::uint64_t bucket, std::uint64_t nth_asset) const {
  const std::uint64_t empty = shape_.empty_every > 0 ? nth_asset / shape_.empty_every : 0;
  std::uint64_t files = (nth_asset - empty) * shape_.files_per_asset;
  if (HoldsBig(bucket) && nth_asset > big_nth_) files += shape_.big_asset - UsualFiles(big_nth_);
  return files;
}

Deployment::Part Deployment::Locate(FilePlace place) const {
  std::uint64_t rank = place.rank;
  if (HoldsBig(place.bucket)) {
    const std::uint64_t before = FilesBefore(place.bucket, big_nth_);
    if (rank >= before && rank < before + shape_.big_asset) return {big_nth_, rank - before};
    if (rank >= before) rank = rank - shape_.big_asset + UsualFiles(big_nth_);
  }
  const std::uint64_t nth_with_files = rank / shape_.files_per_asset;
  const std::uint64_t skipped = shape_.empty_every > 0 ? nth_with_files / (shape_.empty_every - 1) : 0;
  return {nth_with_files + skipped, rank % shape_.files_per_asset};
}

FilePlace Deployment::PlaceOf(std::uint64_t file) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), file);
  const auto bucket = static_cast<std::uint64_t>(after - first_.begin()) - 1;
  return {bucket, file - first_[bucket]};
}

std::string_view Deployment::EndingOf(std::uint64_t asset, std::uint64_t nth_file) const {
  return (shape_.awkward_keys ? kAwkward : kUsual)[Mix(asset * 31 + nth_file) % kEndings];
}

void Deployment::AppendKeyOf(std::uint64_t bucket, Part part, std::string& out) const {
  out += Prefix(bucket);
  const std::uint64_t asset = part.nth_asset * shape_.buckets + bucket;
  AppendAssetId(asset, out);
  out += kFolder;
  AppendDigits(part.nth_file, out);
  out += EndingOf(asset, part.nth_file);
}

void Deployment::AppendKey(FilePlace place, std::string& out) const { AppendKeyOf(place.bucket, Locate(place), out); }

std::optional<FilePlace> Deployment::FindKey(std::uint64_t bucket, std::string_view key) const {
  std::string_view rest = key;
  if (!TakePrefix(rest, Prefix(bucket)) || !TakePrefix(rest, kAsset)) return std::nullopt;
  const auto asset = TakeDigits(rest);
  if (!asset || *asset >= shape_.assets || BucketOfAsset(*asset) != bucket) return std::nullopt;
  if (!TakePrefix(rest, kFolder)) return std::nullopt;
  const auto file = TakeDigits(rest);
  if (!file || *file >= FilesOfAsset(*asset)) return std::nullopt;
  if (rest != EndingOf(*asset, *file)) return std::nullopt;
  return FilePlace{bucket, FilesBefore(bucket, *asset / shape_.buckets) + *file};
}

std::uint64_t Deployment::LowerBound(std::uint64_t bucket, std::string_view text) const {
  std::uint64_t low = 0;
  std::uint64_t high = FilesOfBucket(bucket);
  std::string key;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    key.clear();
    AppendKey({bucket, middle}, key);
    if (key < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

FileFacts Deployment::FactsOf(std::uint64_t file) const {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::uint64_t mixed = Mix(file);
  FileFacts facts{.size = 1 + mixed % 50'000'000, .seconds = shape_.first_second + (mixed >> 32) % 31'536'000};
  std::uint64_t bits = mixed;
  for (std::size_t i = 0; i < 32; ++i) {
    if (i == 16) bits = Mix(mixed);
    facts.etag[i] = kHex[bits & 15];
    bits >>= 4;
  }
  return facts;
}

std::uint64_t Deployment::AssetOfFile(FilePlace place) const {
  return Locate(place).nth_asset * shape_.buckets + place.bucket;
}

std::uint64_t Deployment::FilesOfAsset(std::uint64_t asset) const {
  const std::uint64_t nth = asset / shape_.buckets;
  if (HoldsBig(BucketOfAsset(asset)) && nth == big_nth_) return shape_.big_asset;
  return UsualFiles(nth);
}

void Deployment::AppendAssetId(std::uint64_t asset, std::string& out) const {
  out += kAsset;
  AppendDigits(asset, out);
}

void Deployment::AppendDatabaseId(std::uint64_t asset, std::string& out) const {
  out += "database-";
  out.push_back(static_cast<char>('0' + asset % kDatabases));
}

std::optional<std::uint64_t> Deployment::FindAsset(std::string_view asset_id) const {
  if (!TakePrefix(asset_id, kAsset)) return std::nullopt;
  const auto asset = TakeDigits(asset_id);
  if (!asset || *asset >= shape_.assets || !asset_id.empty()) return std::nullopt;
  return asset;
}

std::optional<std::uint64_t> Deployment::FindAsset(std::string_view database_id, std::string_view asset_id) const {
  const auto asset = FindAsset(asset_id);
  if (!asset) return std::nullopt;
  std::string database;
  AppendDatabaseId(*asset, database);
  if (database != database_id) return std::nullopt;
  return asset;
}

}  // namespace vams::rig
