#include <unistd.h>

#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "backends/aws/aws_parameters.h"
#include "backends/aws/streams/aws_change_stream.h"
#include "backends/aws/tables/aws_asset_table.h"
#include "backends/aws/tables/aws_bucket_table.h"
#include "backends/aws/tables/aws_side_tables.h"
#include "testing/temp_dir.h"
#include "tests/conformance/aws_server.h"
#include "tests/conformance/backends.h"

namespace vams::conformance {
namespace {

using Json = nlohmann::ordered_json;

struct Index {
  const char* name;
  const char* partition;
  const char* sort;
};

// As docs/reference/vams-behaviour.md, section 1, has them.
struct TableShape {
  LocalTable table;
  const char* partition;
  const char* sort;  // nullptr: none
  std::vector<Index> indexes;
  bool stream;
};

const std::vector<TableShape>& Shapes() {
  static const std::vector<TableShape> kShapes{
      {LocalTable::kAssets, "databaseId", "assetId", {{"BucketIdGSI", "bucketId", "assetId"}}, true},
      {LocalTable::kMetadata, "databaseId", "assetId", {}, true},
      {LocalTable::kBuckets,
       "bucketId",
       "bucketName:baseAssetsPrefix",
       {{"bucketNameGSI", "bucketName", "baseAssetsPrefix"}},
       false},
      {LocalTable::kLinks,
       "assetLinkId",
       nullptr,
       {{"fromAssetGSI", "fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId"},
        {"toAssetGSI", "toAssetDatabaseId:toAssetId", "fromAssetDatabaseId:fromAssetId"}},
       true},
      {LocalTable::kVersions, "assetId", "assetVersionId", {}, false},
  };
  return kShapes;
}

Json KeySchema(const char* partition, const char* sort) {
  Json schema = Json::array({{{"AttributeName", partition}, {"KeyType", "HASH"}}});
  if (sort != nullptr) schema.push_back({{"AttributeName", sort}, {"KeyType", "RANGE"}});
  return schema;
}

Json CreateTableRequest(const std::string& name, const TableShape& shape) {
  std::vector<std::string> attributes{shape.partition};
  const auto add = [&](const char* attribute) {
    if (attribute != nullptr && std::ranges::find(attributes, attribute) == attributes.end())
      attributes.emplace_back(attribute);
  };
  add(shape.sort);
  Json indexes = Json::array();
  for (const Index& index : shape.indexes) {
    add(index.partition);
    add(index.sort);
    indexes.push_back({{"IndexName", index.name},
                       {"KeySchema", KeySchema(index.partition, index.sort)},
                       {"Projection", {{"ProjectionType", "ALL"}}}});
  }
  Json definitions = Json::array();
  for (const std::string& attribute : attributes) {
    definitions.push_back({{"AttributeName", attribute}, {"AttributeType", "S"}});
  }
  Json request{{"TableName", name}, {"BillingMode", "PAY_PER_REQUEST"}};
  request["AttributeDefinitions"] = std::move(definitions);
  request["KeySchema"] = KeySchema(shape.partition, shape.sort);
  if (!indexes.empty()) request["GlobalSecondaryIndexes"] = std::move(indexes);
  if (shape.stream) request["StreamSpecification"] = {{"StreamEnabled", true}, {"StreamViewType", "NEW_IMAGE"}};
  return request;
}

// What all tests of one server share.
struct Clients {
  std::shared_ptr<const aws::AwsClient> dynamodb;
  std::shared_ptr<const aws::AwsClient> streams;
  std::shared_ptr<const aws::AwsClient> ssm;
};

// Five tables of its own, removed at the end. It has the ports of tables alone.
class DynamoVams final : public TestVams {
 public:
  explicit DynamoVams(Clients clients) : clients_(std::move(clients)) {
    static std::atomic<int> count{0};
    prefix_ = fmt::format("vams-suite-{}-{}-", getpid(), ++count);
    for (const TableShape& shape : Shapes()) Call("CreateTable", CreateTableRequest(NameOf(shape.table), shape));
    ports_ = OpenAgain();
  }
  ~DynamoVams() override {
    for (const TableShape& shape : Shapes()) {
      const auto ignored = Try("DeleteTable", {{"TableName", NameOf(shape.table)}});
    }
  }

  Deployment& ports() override { return ports_; }
  Deployment OpenAgain() override {
    Deployment ports;
    ports.description = "tables named " + prefix_ + "*";
    ports.assets = std::make_unique<aws::AwsAssetTable>(clients_.dynamodb, NameOf(LocalTable::kAssets));
    ports.buckets = std::make_unique<aws::AwsBucketTable>(clients_.dynamodb, NameOf(LocalTable::kBuckets));
    ports.side_tables = std::make_unique<aws::AwsSideTables>(
        clients_.dynamodb, aws::SideTableNames{.metadata = NameOf(LocalTable::kMetadata),
                                               .links = NameOf(LocalTable::kLinks),
                                               .versions = NameOf(LocalTable::kVersions)});
    ports.changes =
        std::make_unique<aws::AwsChangeStream>(clients_.dynamodb, clients_.streams,
                                               aws::StreamTableNames{.assets = NameOf(LocalTable::kAssets),
                                                                     .metadata = NameOf(LocalTable::kMetadata),
                                                                     .links = NameOf(LocalTable::kLinks)},
                                               aws::ChangeStreamOptions{.state_directory = state_.path()}, clock_);
    ports.parameters = std::make_unique<aws::AwsParameters>(clients_.ssm);
    return ports;
  }

  void Put(LocalTable table, const std::vector<Item>& items) override {
    constexpr std::size_t kItemsARequest = 25;
    for (std::size_t first = 0; first < items.size(); first += kItemsARequest) {
      Json writes = Json::array();
      for (std::size_t i = first; i < std::min(items.size(), first + kItemsARequest); ++i) {
        writes.push_back({{"PutRequest", {{"Item", ToDynamoJson(items[i])}}}});
      }
      Json body;
      body["RequestItems"][NameOf(table)] = std::move(writes);
      const Json reply = Call("BatchWriteItem", body);
      if (const auto left = reply.find("UnprocessedItems"); left != reply.end() && !left->empty()) {
        throw std::runtime_error("the server left items unprocessed");
      }
    }
  }
  void Delete(LocalTable table, const Item& keys) override {
    for (const TableShape& shape : Shapes()) {
      if (shape.table != table) continue;
      Item key;
      for (const char* part : {shape.partition, shape.sort}) {
        if (part != nullptr) key.Set(part, *keys.Find(part));
      }
      Call("DeleteItem", {{"TableName", NameOf(table)}, {"Key", ToDynamoJson(key)}});
    }
  }
  void SetParameter(const std::string& name, const std::string& value) override {
    const auto put = clients_.ssm->CallJson(
        {.target = "AmazonSSM", .version = "1.1"}, "PutParameter",
        Json{{"Name", name}, {"Value", value}, {"Type", "SecureString"}, {"Overwrite", true}}.dump());
    if (!put) throw std::runtime_error(put.error().message);
  }

  void CreateBucket(const LocalBucket&) override { NoSuchPort(); }
  void Put(const std::vector<LocalObject>&) override { NoSuchPort(); }
  void Delete(const ObjectRef&) override { NoSuchPort(); }
  std::string Topic() override { return NoSuchPort(); }
  void Advance(Duration) override { NoSuchPort(); }

 private:
  [[noreturn]] static std::string NoSuchPort() { throw std::logic_error("this backend has tables alone"); }
  std::string NameOf(LocalTable table) const { return prefix_ + std::string(LocalTableName(table)); }
  Result<Json> Try(std::string_view operation, const Json& body) const {
    return clients_.dynamodb->CallJson(aws::kDynamoDbProtocol, operation, body.dump());
  }
  Json Call(std::string_view operation, const Json& body) const {
    auto reply = Try(operation, body);
    if (!reply) throw std::runtime_error(fmt::format("{}: {}", operation, reply.error().message));
    return std::move(*reply);
  }

  const Clients clients_;
  std::string prefix_;
  TempDir state_;
  SystemClock clock_;
  Deployment ports_;
};

// Joins with what the environment names; what it names half, or wrongly, is a backend whose every test fails and says
// why.
void Join(std::vector<Backend>& backends, const char* name, const char* variable, Deviations deviations) {
  const auto server = AwsServer::FromEnvironment(variable);
  if (!server) {
    backends.push_back(
        {name, [why = server.error().message]() -> std::unique_ptr<TestVams> { throw std::runtime_error(why); }});
    return;
  }
  if (!*server) return;
  const Clients clients{.dynamodb = (*server)->Client(Service::kDynamoDb, "dynamodb"),
                        .streams = (*server)->Client(Service::kDynamoDbStreams, "dynamodb"),
                        .ssm = (*server)->Client(Service::kSsm, "ssm")};
  backends.push_back({name, [clients] { return std::make_unique<DynamoVams>(clients); }, deviations});
}

}  // namespace

void JoinDynamoDb(std::vector<Backend>& backends) {
  Deviations deviations{.removals_tell_index_keys = false};
  Join(backends, "DynamoDb", "VAMS_TEST_AWS_ENDPOINT", deviations);
  deviations.equal_writes_leave_no_record = false;
  deviations.keeps_the_order_of_attributes = false;
  Join(backends, "DynamoDbDynoxide", "VAMS_TEST_DYNAMODB_ENDPOINT", deviations);
}

void JoinSsm(std::vector<Backend>& backends) { Join(backends, "Ssm", "VAMS_TEST_AWS_ENDPOINT", {}); }

}  // namespace vams::conformance
