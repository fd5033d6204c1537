#include <nlohmann/json.hpp>

#include "testing/rig/rig.h"

namespace vams::rig {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kSecondsShown = 120;

Json ByOperation(const std::array<std::uint64_t, kOperations>& counts) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kOperations; ++i) {
    if (counts[i] > 0) json[std::string(NameOf(static_cast<Operation>(i)))] = counts[i];
  }
  return json;
}

double Seconds(Nanoseconds t) { return std::chrono::duration<double>(t).count(); }

std::uint64_t SumOf(const std::array<std::uint64_t, kOperations>& counts) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts) sum += count;
  return sum;
}

}  // namespace

std::string StatsJson(const World& world, Nanoseconds now) {
  const Counters& c = world.counters;
  const std::size_t seconds = c.events_by_second.size();
  const std::size_t from = seconds > kSecondsShown ? seconds - kSecondsShown : 0;
  std::vector<std::uint32_t> last(c.events_by_second.begin() + static_cast<std::ptrdiff_t>(from),
                                  c.events_by_second.end());
  return Json{{"seed", world.seed()},
              {"first_request_ms", world.first_request_ms()},
              {"seconds", Seconds(world.SinceFirst(now))},
              {"requests", ByOperation(c.requests)},
              {"requests_sum", SumOf(c.requests)},
              {"throttled", ByOperation(c.throttled)},
              {"faulted", ByOperation(c.faulted)},
              {"bad_requests", c.bad_requests},
              {"connections", c.connections},
              {"open_connections", c.open_connections},
              {"most_connections", c.most_connections},
              {"most_in_flight", c.most_in_flight},
              {"events",
               {{"expected", world.deployment().files()},
                {"arrived", c.events},
                {"distinct", world.arrived().count()},
                {"repeated", c.repeated_events},
                {"unknown_keys", c.unknown_keys},
                {"wrong_topics", c.wrong_topics},
                {"failed_entries", c.failed_entries},
                {"of_deleted", c.events_of_deleted},
                {"first_at", Seconds(c.first_event)},
                {"last_at", Seconds(c.last_event)},
                {"by_second_from", from},
                {"by_second", last}}},
              {"touches",
               {{"expected", world.LivingAssets()},
                {"done", c.touches},
                {"distinct", world.touched().count()},
                {"repeated", c.repeated_touches},
                {"most_of_one", c.most_touches},
                {"of_deleted", c.touches_of_deleted},
                {"first_at", Seconds(c.first_touch)},
                {"last_at", Seconds(c.last_touch)},
                {"refused_updates", c.refused_updates}}},
              {"since_mark",
               {{"first_request_ms", world.since_mark().first_request_ms},
                {"first_event_ms", world.since_mark().first_event_ms}}},
              {"edits", c.edits},
              {"deletes", c.deletes},
              {"lost_updates", c.lost_updates},
              {"resurrected", c.resurrected}}
      .dump();
}

std::string MissingJson(const World& world, std::uint64_t limit) {
  const Deployment& deployment = world.deployment();
  Json files = Json::array();
  for (std::uint64_t file = world.arrived().NextUnset(0); file < deployment.files() && files.size() < limit;
       file = world.arrived().NextUnset(file + 1)) {
    const FilePlace place = deployment.PlaceOf(file);
    if (world.IsDeleted(deployment.AssetOfFile(place))) continue;
    std::string key;
    deployment.AppendKey(place, key);
    files.push_back({{"number", file}, {"bucket", deployment.BucketName(place.bucket)}, {"key", key}});
  }
  Json assets = Json::array();
  for (std::uint64_t asset = world.touched().NextUnset(0); asset < deployment.assets() && assets.size() < limit;
       asset = world.touched().NextUnset(asset + 1)) {
    if (world.IsDeleted(asset)) continue;
    std::string id;
    deployment.AppendAssetId(asset, id);
    assets.push_back(id);
  }
  return Json{{"files", files}, {"assets", assets}}.dump();
}

std::string ConfigJson() {
  return Json{{"asset_storage_table_name", kAssetTable},
              {"s3_asset_buckets_table_name", kBucketTable},
              {"metadata_storage_table_name", kMetadataTable},
              {"asset_links_storage_table_v2_name", kLinkTable},
              {"asset_versions_storage_table_name", kVersionTable},
              {"s3_object_created_sns_topic_arn", "auto"},
              {"opensearch_asset_index_ssm_param", "/vams-rig/assetIndexName"},
              {"opensearch_file_index_ssm_param", "/vams-rig/fileIndexName"},
              {"opensearch_endpoint_ssm_param", "/vams-rig/endPoint"},
              {"aws_region", kRegion}}
      .dump(2);
}

}  // namespace vams::rig
