// Replies of DynamoDB and its streams, whatever bytes they hold, through the adapters that read them: each call ends,
// and what it gives keeps the ports' promises. The first byte chooses the call; a reply ends at a byte 0x1E, which JSON
// cannot hold.
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "backends/aws/aws_parameters.h"
#include "backends/aws/streams/aws_change_stream.h"
#include "backends/aws/tables/aws_asset_table.h"
#include "backends/aws/tables/aws_bucket_table.h"
#include "backends/aws/tables/aws_side_tables.h"
#include "base/text.h"
#include "testing/scripted_transport.h"

namespace vams {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

class Replies {
 public:
  explicit Replies(std::string_view bytes) {
    for (const std::string_view reply : Split(bytes, '\x1E')) transport_->Then(200, std::string(reply));
  }
  std::shared_ptr<const aws::AwsClient> Client(Service service) const {
    return std::make_shared<aws::AwsClient>(transport_, service, Url{.host = "localhost"}, "eu-west-1", "dynamodb");
  }

 private:
  std::shared_ptr<ScriptedTransport> transport_ = std::make_shared<ScriptedTransport>();
};

void Scan(const Replies& replies) {
  aws::AwsAssetTable table(replies.Client(Service::kDynamoDb), "t");
  std::optional<Cursor> from;
  for (int page = 0; page < 3; ++page) {
    const auto items = table.Scan({0, 1}, from, ItemCount{10});
    // A cursor that it gave is one that it takes.
    if (!items) Require(items.error().code != ErrorCode::kInvalid);
    if (!items || !items->next) return;
    from = items->next;
  }
}

void GetMany(const Replies& replies) {
  aws::AwsAssetTable table(replies.Client(Service::kDynamoDb), "t", {.workers = 1});
  const std::array<AssetKey, 3> keys{AssetKey{"d", "a"}, AssetKey{"d", "b"}, AssetKey{"d", "a"}};
  const auto records = table.GetMany(keys);
  if (!records) return;
  Require(records->size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) Require(!(*records)[i] || (*records)[i]->key == keys[i]);
}

void Query(const Replies& replies) {
  aws::AwsSideTables tables(replies.Client(Service::kDynamoDb), {.metadata = "m", .links = "l", .versions = "v"},
                            {.workers = 1});
  const std::array<std::string, 2> ids{"a", "b"};
  const auto versions = tables.QueryVersions(ids, ItemCount{3});
  if (!versions) return;
  Require(versions->size() == 2);
  for (const auto& items : *versions) Require(items.size() <= 3);
}

void Buckets(const Replies& replies) {
  aws::AwsBucketTable table(replies.Client(Service::kDynamoDb), "b", {.workers = 1});
  const std::array<std::string, 2> ids{"a", "b"};
  const auto records = table.GetMany(ids);
  if (records) Require(records->size() == 2);
}

constexpr std::string_view kTable =
    R"({"Table":{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"LatestStreamArn":"arn:s"}})";

void Stream(const Replies& replies) {
  auto tables = std::make_shared<ScriptedTransport>();
  tables->Otherwise([](const HttpRequest&) { return HttpReply{.status = 200, .body = std::string(kTable)}; });
  const SystemClock clock;
  aws::AwsChangeStream stream(
      std::make_shared<aws::AwsClient>(tables, Service::kDynamoDb, Url{.host = "localhost"}, "eu-west-1", "dynamodb"),
      replies.Client(Service::kDynamoDbStreams), {.assets = "a", .metadata = "m", .links = "l"}, {}, clock);
  const auto shards = stream.Shards();
  if (!shards) return;
  for (const std::string& shard : *shards) {
    std::optional<Cursor> from;
    for (int page = 0; page < 3; ++page) {
      const auto records = stream.Read(shard, from, ItemCount{5});
      if (!records) break;
      Require(records->records.size() <= 5);
      Require(records->records.empty() || records->next.has_value());
      if (!records->next) break;
      from = records->next;
    }
  }
}

void Describe(const Replies& replies) {
  const SystemClock clock;
  aws::AwsChangeStream stream(replies.Client(Service::kDynamoDb), replies.Client(Service::kDynamoDbStreams),
                              {.assets = "a", .metadata = "m", .links = "l"}, {}, clock);
  const auto ignored = stream.Shards();
}

void GetParameters(const Replies& replies) {
  aws::AwsParameters parameters(replies.Client(Service::kSsm));
  const std::array<std::string, 2> names{"/a", "/b"};
  const auto values = parameters.GetMany(names);
  if (values) Require(values->size() == 2);
}

}  // namespace
}  // namespace vams

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::array kCalls{vams::Scan,   vams::GetMany,  vams::Query,        vams::Buckets,
                              vams::Stream, vams::Describe, vams::GetParameters};
  if (size == 0) return 0;
  const vams::Replies replies(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  kCalls[data[0] % kCalls.size()](replies);
  return 0;
}
