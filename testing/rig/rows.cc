#include "testing/rig/rows.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "testing/rig/hash.h"
#include "testing/rig/service.h"

namespace vams::rig {
namespace {

constexpr std::string_view kBucketId = "bucket-";
constexpr std::string_view kEdit = ", edit ";
constexpr std::uint64_t kSites = 50;

}  // namespace

std::string BucketId(std::uint64_t bucket) { return fmt::format("{}{}", kBucketId, bucket); }

std::optional<std::uint64_t> FindBucketId(const Deployment& deployment, std::string_view id) {
  if (!id.starts_with(kBucketId)) return std::nullopt;
  return deployment.FindBucket(fmt::format("vams-rig-bucket-{}", id.substr(kBucketId.size())));
}

std::uint32_t EditsShown(std::string_view description) {
  const std::size_t at = description.rfind(kEdit);
  std::uint32_t edits = 0;
  if (at == std::string_view::npos) return edits;
  const std::string_view digits = description.substr(at + kEdit.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), edits);
  return edits;
}

void AppendAssetRow(const World& world, std::uint64_t asset, std::string& out) {
  const Deployment& deployment = world.deployment();
  const std::uint64_t bucket = deployment.BucketOfAsset(asset);
  out += R"({"databaseId":{"S":")";
  deployment.AppendDatabaseId(asset, out);
  out += R"("},"assetId":{"S":")";
  const std::size_t id_begin = out.size();
  deployment.AppendAssetId(asset, out);
  const std::size_t id_size = out.size() - id_begin;
  out += R"("},"assetName":{"S":"Turbine hall )";
  AppendNumber(asset, out);
  out += R"("},"description":{"S":"Laser scan of hall )";
  AppendNumber(asset, out);
  if (const std::uint32_t edits = world.EditsOf(asset); edits > 0) {
    out += kEdit;
    AppendNumber(edits, out);
  }
  out += R"("},"isDistributable":{"BOOL":)";
  out += asset % 2 == 0 ? "true" : "false";
  out += R"(},"tags":{"L":[)";
  if (asset % 5 != 4) {
    out += R"({"S":"lidar"},{"S":"site-)";
    AppendNumber(Mix(asset) % kSites, out);
    out += R"("})";
  }
  out += R"(]},"assetType":{"S":"folder"},"currentVersionId":{"S":"0"},"bucketId":{"S":")";
  out += kBucketId;
  AppendNumber(bucket, out);
  out += R"("},"assetLocation":{"M":{"Key":{"S":")";
  out += deployment.Prefix(bucket);
  const std::string id = out.substr(id_begin, id_size);
  out += id;
  out += R"(/"}}})";
  if (world.IsDated(asset)) {
    out += R"(,"_os_reindex_date":{"S":")";
    out += world.last_date();
    out += R"("})";
  }
  out += '}';
}

void AppendAssetKey(const World& world, std::uint64_t asset, std::string& out) {
  out += R"({"databaseId":{"S":")";
  world.deployment().AppendDatabaseId(asset, out);
  out += R"("},"assetId":{"S":")";
  world.deployment().AppendAssetId(asset, out);
  out += R"("}})";
}

void AppendBucketRow(const Deployment& deployment, std::uint64_t bucket, std::string& out) {
  const std::string& name = deployment.BucketName(bucket);
  const auto prefix = deployment.StoredPrefix(bucket);
  fmt::format_to(
      std::back_inserter(out),
      R"({{"bucketId":{{"S":"{0}"}},"bucketName:baseAssetsPrefix":{{"S":"{1}:{2}"}},"bucketName":{{"S":"{1}"}})",
      BucketId(bucket), name, prefix.value_or("/"));
  if (prefix) fmt::format_to(std::back_inserter(out), R"(,"baseAssetsPrefix":{{"S":"{}"}})", *prefix);
  out += '}';
}

}  // namespace vams::rig
