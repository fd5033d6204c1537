#include "backends/aws_deployment.h"

#include <array>
#include <utility>

#include "backends/aws/aws_identity.h"
#include "backends/aws/aws_parameters.h"
#include "backends/aws/events/aws_event_backlog.h"
#include "backends/aws/events/aws_event_queue.h"
#include "backends/aws/events/aws_event_topic.h"
#include "backends/aws/objects/aws_object_store.h"
#include "backends/aws/search/aws_search_index.h"
#include "backends/aws/streams/aws_change_stream.h"
#include "backends/aws/streams/aws_stream_readers.h"
#include "backends/aws/tables/aws_asset_table.h"
#include "backends/aws/tables/aws_bucket_table.h"
#include "backends/aws/tables/aws_side_tables.h"
#include "backends/aws/tables/side_table_names.h"
#include "backends/aws_connection.h"

namespace vams {
namespace {

aws::ClientOfRegion ClientsOf(const std::shared_ptr<AwsConnection>& connection, Service service,
                              AwsConnection::Tries tries = AwsConnection::Tries::kAsConfigured) {
  return [=](const std::string& region) { return connection->Client(service, region, tries); };
}

// What the three parameters say.
struct IndexNames {
  std::string asset_index;
  std::string file_index;
  std::string endpoint;
};

Result<IndexNames> ReadIndexNames(Parameters& parameters, const AwsOpenOptions& options, std::string_view region) {
  const std::array<std::string, 3> names{options.asset_index_parameter, options.file_index_parameter,
                                         options.endpoint_parameter};
  TRY_ASSIGN(const auto values, parameters.GetMany(names));
  constexpr std::array<std::string_view, 3> kKeys{"opensearch_asset_index_ssm_param", "opensearch_file_index_ssm_param",
                                                  "opensearch_endpoint_ssm_param"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (values[i] && !values[i]->empty()) continue;
    return std::unexpected(MakeError(ErrorCode::kNotFound, "the SSM parameter {} ({}) {} in {}", names[i], kKeys[i],
                                     values[i] ? "is empty" : "does not exist", region)
                               .WithHint("aws ssm get-parameters-by-path --path / --recursive lists those of this "
                                         "account and region"));
  }
  if (*values[0] == *values[1]) {
    return std::unexpected(MakeError(ErrorCode::kPrecondition,
                                     "the SSM parameters {} ({}) and {} ({}) both name the index {}", names[0],
                                     kKeys[0], names[1], kKeys[1], *values[0])
                               .WithHint("assets and files have an index each; correct the parameter that is wrong"));
  }
  return IndexNames{.asset_index = *values[0], .file_index = *values[1], .endpoint = *values[2]};
}

class Assembly {
 public:
  Assembly(const AwsOpenOptions& options, std::shared_ptr<AwsConnection> connection, Clock& clock)
      : options_(options), connection_(std::move(connection)), clock_(clock) {
    tables_.workers = options.workers;
  }

  Result<Deployment> Build() {
    deployment_.description = fmt::format("VAMS on AWS in {}", connection_->region());
    deployment_.keep_alive = connection_;
    deployment_.bucket_sync = true;
    deployment_.make_loop = [connection = connection_] { return connection->MakeLoop(); };
    deployment_.be_patient = [connection = connection_](Duration longest) {
      connection->patience().SetUnanswered(longest);
    };
    deployment_.identity = [connection = connection_]() -> Result<std::string> {
      TRY_ASSIGN(const auto sts, connection->Client(Service::kSts));
      TRY_ASSIGN(const aws::CallerIdentity caller, aws::GetCallerIdentity(*sts));
      return fmt::format("{} (account {})", caller.arn, caller.account);
    };
    TRY(Tables());
    TRY(Events());
    if (const Status opened = Indexes(); !opened) TRY(Tolerate(OpenFault::Part::kIndexes, opened.error()));
    return std::move(deployment_);
  }

 private:
  Status Tolerate(OpenFault::Part part, const Error& error) {
    if (!options_.open_what_can_be) return std::unexpected(error);
    deployment_.faults.push_back({part, error});
    return {};
  }

  Status Tables() {
    TRY_ASSIGN(const auto dynamodb, connection_->Client(Service::kDynamoDb));
    deployment_.assets = std::make_unique<aws::AwsAssetTable>(dynamodb, options_.asset_table, tables_);
    TRY_ASSIGN(const auto once, connection_->Client(Service::kDynamoDb, {}, AwsConnection::Tries::kOne));
    deployment_.assets_once = std::make_unique<aws::AwsAssetTable>(once, options_.asset_table, tables_);
    deployment_.buckets = std::make_unique<aws::AwsBucketTable>(dynamodb, options_.bucket_table, tables_);
    aws::SideTableNames names{
        .metadata = options_.metadata_table, .links = options_.link_table, .versions = options_.version_table};
    if (options_.find_side_tables) {
      TRY_ASSIGN(const auto lambda, connection_->Client(Service::kLambda));
      auto found = aws::FindSideTables(*lambda, *dynamodb, options_.asset_table, names);
      if (!found) TRY(Tolerate(OpenFault::Part::kSideTables, found.error()));
      if (found) names = std::move(*found);
    }
    deployment_.side_tables = std::make_unique<aws::AwsSideTables>(dynamodb, names, tables_);
    TRY_ASSIGN(const auto ssm, connection_->Client(Service::kSsm));
    deployment_.parameters = std::make_unique<aws::AwsParameters>(ssm);
    return Streams(dynamodb, names);
  }

  Status Streams(const std::shared_ptr<const aws::AwsClient>& dynamodb, const aws::SideTableNames& names) {
    if (options_.streams == AwsOpenOptions::Streams::kNone) return {};
    aws::StreamTableNames tables{.assets = {}, .metadata = names.metadata, .links = {}};
    if (options_.streams == AwsOpenOptions::Streams::kAll) {
      tables.assets = options_.asset_table;
      tables.links = names.links;
    }
    aws::ChangeStreamOptions stream{.state_directory = options_.state_directory};
    if (options_.on_note) {
      stream.on_gap = [note = options_.on_note](const std::string& shard) {
        note(
            fmt::format("shard {}: changes older than 24 hours were missed; `vams-migrate verify` finds what they "
                        "would have changed",
                        shard));
      };
    }
    TRY_ASSIGN(const auto lambda, connection_->Client(Service::kLambda));
    TRY_ASSIGN(const auto cloudwatch, connection_->Client(Service::kCloudWatch));
    std::vector<std::string> read{tables.assets, tables.metadata, tables.links};
    std::erase(read, "");
    deployment_.stream_readers = std::make_unique<aws::AwsStreamReaders>(
        aws::AwsStreamReaders::Clients{dynamodb, lambda, cloudwatch}, std::move(read), clock_);
    TRY_ASSIGN(const auto streams, connection_->Client(Service::kDynamoDbStreams));
    deployment_.changes =
        std::make_unique<aws::AwsChangeStream>(dynamodb, streams, tables, std::move(stream), clock_, tables_);
    return {};
  }

  Status Events() {
    using enum AwsConnection::Tries;
    const aws::S3Options s3{.addressing = connection_->settings().s3_addressing, .head_workers = options_.workers};
    deployment_.objects =
        std::make_unique<aws::AwsObjectStore>(connection_->region(), ClientsOf(connection_, Service::kS3), s3);
    deployment_.objects_once =
        std::make_unique<aws::AwsObjectStore>(connection_->region(), ClientsOf(connection_, Service::kS3, kOne), s3);
    deployment_.topic = std::make_unique<aws::AwsEventTopic>(ClientsOf(connection_, Service::kSns));
    deployment_.topic_once = std::make_unique<aws::AwsEventTopic>(ClientsOf(connection_, Service::kSns, kOne));
    deployment_.backlog = std::make_unique<aws::AwsEventBacklog>(
        ClientsOf(connection_, Service::kSns), ClientsOf(connection_, Service::kSqs), connection_->region(), clock_);
    if (options_.event_queue.empty()) return {};
    TRY_ASSIGN(
        deployment_.file_events,
        aws::AwsEventQueue::Open(ClientsOf(connection_, Service::kSqs), connection_->region(), options_.event_queue,
                                 {.parked_directory = options_.state_directory / "parked"}, clock_));
    return {};
  }

  Status Indexes() {
    if (options_.endpoint_parameter.empty()) return {};
    TRY_ASSIGN(const IndexNames names, ReadIndexNames(*deployment_.parameters, options_, connection_->region()));
    auto search = connection_->Search(names.endpoint);
    if (!search) {
      Error error = std::move(search).error().In(options_.endpoint_parameter);
      if (error.hint.empty())
        error.hint = "the parameter must hold the endpoint of the domain or collection, https://...";
      return std::unexpected(std::move(error));
    }
    TRY_ASSIGN(deployment_.asset_index, aws::AwsSearchIndex::Make(*search, names.asset_index));
    TRY_ASSIGN(deployment_.file_index, aws::AwsSearchIndex::Make(*search, names.file_index));
    return {};
  }

  const AwsOpenOptions& options_;
  const std::shared_ptr<AwsConnection> connection_;
  Clock& clock_;
  aws::DynamoOptions tables_;
  Deployment deployment_;
};

}  // namespace

Result<Deployment> OpenAws(const AwsOpenOptions& options, Clock& clock) {
  TRY_ASSIGN(auto connection, AwsConnection::Open(options, clock));
  return Assembly(options, std::move(connection), clock).Build();
}

}  // namespace vams
