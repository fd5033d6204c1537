// What a whole migration of an embedded VAMS costs: scan, touch, index, list, publish, index, verify, by the program as
// it ships.
//
//     bench_embedded [ASSETS [FILES]]      10,000 assets and 100,000 files without arguments
//
// Makes the collection in a temporary directory (not timed), runs `vams-migrate` from beside this program as a process
// of its own, and prints one JSON object: rates, peak resident memory as the kernel accounted it, and the machine.

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "backends/local.h"
#include "bench/measure.h"
#include "index/definitions.h"
#include "indexers/stream_consumer.h"
#include "testing/temp_dir.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using vams::Item;
using vams::Status;
using vams::bench::CpuModel;
using vams::bench::Measured;
using vams::bench::RunProgram;

constexpr std::uint64_t kBuckets = 3;
constexpr std::size_t kBatch = 5'000;

std::string Database(std::uint64_t asset) { return fmt::format("db-{}", asset % 7); }
std::string AssetId(std::uint64_t asset) { return fmt::format("asset-{:07d}", asset); }
std::string Bucket(std::uint64_t asset) { return fmt::format("vams-bench-{}", asset % kBuckets); }
std::string Prefix(std::uint64_t asset) {
  return asset % kBuckets == 0 ? "" : fmt::format("site-{}/", asset % kBuckets);
}

Item Row(const ordered_json& plain) { return vams::AttributeMapFromPlainJson(plain).value(); }

Status PutBuckets(vams::LocalVams& vams) {
  for (std::uint64_t b = 0; b < kBuckets; ++b) {
    TRY(vams.CreateBucket({.name = Bucket(b), .versioned = b == 1, .topic = vams::DefaultTopic(Bucket(b))}));
    const std::string prefix = Prefix(b).empty() ? "/" : Prefix(b);
    TRY(vams.PutItem(vams::LocalTable::kBuckets, Row({{"bucketId", fmt::format("bucket-{}", b)},
                                                      {"bucketName:baseAssetsPrefix", Bucket(b) + ":" + prefix},
                                                      {"bucketName", Bucket(b)},
                                                      {"baseAssetsPrefix", prefix}})));
  }
  return {};
}

Status PutAssets(vams::LocalVams& vams, std::uint64_t assets) {
  std::vector<Item> rows;
  std::vector<Item> versions;
  const auto flush = [&]() -> Status {
    TRY(vams.PutItems(vams::LocalTable::kAssets, rows));
    TRY(vams.PutItems(vams::LocalTable::kVersions, versions));
    rows.clear();
    versions.clear();
    return {};
  };
  for (std::uint64_t a = 0; a < assets; ++a) {
    rows.push_back(Row({{"databaseId", Database(a)},
                        {"assetId", AssetId(a)},
                        {"assetName", fmt::format("Turbine hall {}", a)},
                        {"description", "Laser scan of the hall with the textures of the second survey"},
                        {"isDistributable", a % 2 == 0},
                        {"tags", ordered_json::array({"lidar", fmt::format("site-{}", a % 50)})},
                        {"assetType", "folder"},
                        {"currentVersionId", "0"},
                        {"bucketId", fmt::format("bucket-{}", a % kBuckets)},
                        {"assetLocation", {{"Key", Prefix(a) + AssetId(a) + "/"}}}}));
    versions.push_back(Row({{"assetId", AssetId(a)},
                            {"assetVersionId", "0"},
                            {"dateCreated", "2025-02-01T10:11:12.131415"},
                            {"comment", "first"},
                            {"isCurrentVersion", true}}));
    if (rows.size() == kBatch) TRY(flush());
  }
  return flush();
}

Status PutFiles(vams::LocalVams& vams, std::uint64_t assets, std::uint64_t files) {
  std::vector<vams::LocalObject> objects;
  std::vector<Item> metadata;
  const auto flush = [&]() -> Status {
    TRY(vams.PutObjects(objects, vams::EmitEvents::kNo));
    TRY(vams.PutItems(vams::LocalTable::kMetadata, metadata));
    objects.clear();
    metadata.clear();
    return {};
  };
  for (std::uint64_t f = 0; f < files; ++f) {
    const std::uint64_t a = f % assets;
    const std::string path = fmt::format("scans/level {}/model+{:08d}.glb", f % 4, f);
    objects.push_back({.ref = {Bucket(a), Prefix(a) + AssetId(a) + "/" + path},
                       .file = {},
                       .size = 1000 + f,
                       .last_modified = vams::UtcTime{std::chrono::seconds(1'740'000'000 + f % 1'000'000)},
                       .etag = fmt::format("{:032x}", f * 2654435761u),
                       .version_id = std::nullopt,
                       .metadata = {{"assetid", AssetId(a)}, {"databaseid", Database(a)}, {"uploadid", "y"}}});
    if (f % 5 == 0) {
      metadata.push_back(Row({{"databaseId", Database(a)},
                              {"assetId", "/" + AssetId(a) + "/" + path},
                              {"material", "cast iron"},
                              {"surveyed", "2025-02-03"}}));
    }
    if (objects.size() == kBatch) TRY(flush());
  }
  return flush();
}

Status MakeCollection(const std::string& directory, std::uint64_t assets, std::uint64_t files) {
  vams::SystemClock clock;
  TRY(vams::LocalVams::Init(directory, {.asset_index_definition = std::string(vams::AssetIndexDefinition()),
                                        .file_index_definition = std::string(vams::FileIndexDefinition())}));
  TRY_ASSIGN(auto vams, vams::LocalVams::Open(directory, clock));
  TRY(PutBuckets(*vams));
  TRY(PutAssets(*vams, assets));
  TRY(PutFiles(*vams, assets, files));
  return vams->SkipPending(std::string(vams::kStreamConsumerName));
}

std::uint64_t Argument(int argc, char** argv, int at, std::uint64_t otherwise) {
  if (at >= argc) return otherwise;
  const std::string_view text = argv[at];
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t assets = Argument(argc, argv, 1, 10'000);
  const std::uint64_t files = Argument(argc, argv, 2, assets * 10);
  if (assets == 0 || files == 0 || argc > 3) {
    std::cerr << "usage: bench_embedded [ASSETS [FILES]]\n";
    return 2;
  }
  const vams::TempDir dir;
  const std::string vams_directory = (dir.path() / "vams").string();
  std::cerr << fmt::format("making {} assets and {} files in {}\n", assets, files, vams_directory);
  if (const Status made = MakeCollection(vams_directory, assets, files); !made) {
    std::cerr << made.error().message << "\n";
    return 1;
  }
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "vams-migrate";
  const fs::path output = dir.path() / "output.json";
  const Measured m =
      RunProgram({program.string(), "run", "--local", vams_directory, "--report-dir", dir.str() + "/reports",
                  "--state-dir", dir.str() + "/state", "--output", "json", "--progress", "none"},
                 output);
  std::ifstream in(output);
  const ordered_json report = ordered_json::parse(in, nullptr, false);
  if (m.exit_code != 0 || report.is_discarded()) {
    std::cerr << fmt::format("{} ended with {}\n", program.string(), m.exit_code);
    return 1;
  }
  std::cout << ordered_json{{"benchmark", "embedded"},
                            {"assets", assets},
                            {"files", files},
                            {"wall_seconds", m.wall_seconds},
                            {"cpu_seconds", m.cpu_seconds},
                            {"files_per_second_end_to_end", static_cast<double>(files) / m.wall_seconds},
                            {"peak_resident_mib", static_cast<double>(m.peak_bytes) / (1 << 20)},
                            {"throughput", report["throughput"]},
                            {"verified", report["verification"]["overall_success"]},
                            {"machine", {{"cpu", CpuModel()}, {"cores", std::thread::hardware_concurrency()}}}}
                   .dump(2)
            << "\n";
  return 0;
}
