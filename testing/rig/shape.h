#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vams::rig {

// How large the deployment is. Every text and number of it follows from these by arithmetic.
struct Shape {
  std::uint64_t assets = 100;                  // at most 99,999,999
  std::uint64_t files_per_asset = 10;          // at most 99,999,999
  std::uint64_t buckets = 1;                   // at most `assets`
  std::uint64_t big_asset = 0;                 // files of the one large asset; 0: there is none
  std::uint64_t empty_every = 10;              // of each bucket's assets, this one has no files; 0: all have
  std::string prefix;                          // of every bucket, ending in '/'; "": they differ
  bool awkward_keys = false;                   // of some keys a part that bucket sync misreads in an event: '+' and '%'
  std::uint64_t first_second = 1'735'689'600;  // of the objects' times: 2025-01-01
};

// Where a file is: the `rank`-th key of its bucket in byte order.
struct FilePlace {
  std::uint64_t bucket = 0;
  std::uint64_t rank = 0;
  bool operator==(const FilePlace&) const = default;
};

struct FileFacts {
  std::uint64_t size = 0;
  std::uint64_t seconds = 0;  // last modified, Unix
  char etag[33] = {};         // 32 hex digits and a NUL
};

// A deployment without its contents: which assets and files there are, between their names and their numbers. Keys are
// in byte order, so that a page of a listing is arithmetic and nothing is stored. Assets are numbered over all buckets,
// asset a lies in bucket a modulo buckets; files are numbered bucket after bucket in the order of their keys.
// Immutable.
class Deployment {
 public:
  explicit Deployment(const Shape& shape);

  const Shape& shape() const { return shape_; }
  std::uint64_t assets() const { return shape_.assets; }
  std::uint64_t buckets() const { return shape_.buckets; }
  std::uint64_t files() const { return first_.back(); }

  const std::string& BucketName(std::uint64_t bucket) const { return names_[bucket]; }
  // That every key begins with: unless the shape says it "", "" and "a/b/" in turn, stored as absent, "/" and "a/b/".
  std::string_view Prefix(std::uint64_t bucket) const;
  std::optional<std::string_view> StoredPrefix(std::uint64_t bucket) const;
  std::optional<std::uint64_t> FindBucket(std::string_view name) const;
  bool Versioned(std::uint64_t bucket) const { return bucket % 2 == 1; }
  std::uint64_t FilesOfBucket(std::uint64_t bucket) const { return first_[bucket + 1] - first_[bucket]; }

  std::uint64_t FileNumber(FilePlace place) const { return first_[place.bucket] + place.rank; }
  FilePlace PlaceOf(std::uint64_t file) const;
  // Appends; `place` must exist.
  void AppendKey(FilePlace place, std::string& out) const;
  std::optional<FilePlace> FindKey(std::uint64_t bucket, std::string_view key) const;
  // The rank of the first key that is not below `text`; FilesOfBucket() where there is none.
  std::uint64_t LowerBound(std::uint64_t bucket, std::string_view text) const;
  FileFacts FactsOf(std::uint64_t file) const;
  std::uint64_t AssetOfFile(FilePlace place) const;

  std::uint64_t FilesOfAsset(std::uint64_t asset) const;
  std::uint64_t BucketOfAsset(std::uint64_t asset) const { return asset % shape_.buckets; }
  void AppendAssetId(std::uint64_t asset, std::string& out) const;
  void AppendDatabaseId(std::uint64_t asset, std::string& out) const;
  std::optional<std::uint64_t> FindAsset(std::string_view database_id, std::string_view asset_id) const;
  // By the id alone, which no two assets share.
  std::optional<std::uint64_t> FindAsset(std::string_view asset_id) const;

 private:
  struct Part {
    std::uint64_t nth_asset = 0;  // of the bucket
    std::uint64_t nth_file = 0;   // of the asset
  };
  std::uint64_t UsualFiles(std::uint64_t nth_asset) const;
  bool HoldsBig(std::uint64_t bucket) const { return shape_.big_asset > 0 && bucket == big_bucket_; }
  // The files of the bucket's first `nth_asset` assets.
  std::uint64_t FilesBefore(std::uint64_t bucket, std::uint64_t nth_asset) const;
  Part Locate(FilePlace place) const;
  std::string_view EndingOf(std::uint64_t asset, std::uint64_t nth_file) const;
  void AppendKeyOf(std::uint64_t bucket, Part part, std::string& out) const;

  Shape shape_;
  std::uint64_t big_bucket_ = 0;
  std::uint64_t big_nth_ = 0;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> first_;  // number of each bucket's first file; one more than buckets
};

}  // namespace vams::rig
