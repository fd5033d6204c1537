// OpenSearch as a backend of the index suites: a real server, named by VAMS_TEST_OPENSEARCH_ENDPOINT
// (testing/services).
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "backends/aws/search/aws_search_index.h"
#include "net/curl_transport.h"
#include "net/make_transport.h"
#include "tests/conformance/aws_server.h"
#include "tests/conformance/backends.h"

namespace vams::conformance {
namespace {

// More than one shard, so that what holds within one alone is seen to fail.
constexpr std::string_view kDefinition =
    R"({"mappings": {}, "settings": {"number_of_shards": 2, "number_of_replicas": 0}})";

template <class T>
T OrThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Nobody else's index is touched, also where several runs share one server.
std::string UniqueName(std::string_view kind) {
  static std::atomic<unsigned> count{0};
  return fmt::format("vams-suite-{}-{}-{}", ::getpid(), ++count, kind);
}

class OpenSearchVams final : public TestVams {
 public:
  explicit OpenSearchVams(const std::string& endpoint) {
    transport_ = MakeTransport({}, {.wire = OrThrow(MakeCurlTransport({})), .clock = &clock_});
    client_ = std::make_shared<aws::OpenSearchClient>(transport_, aws::OpenSearchKind::kProvisioned,
                                                      OrThrow(aws::OpenSearchEndpoint(endpoint)), "us-east-1",
                                                      /*sign=*/false);
    ports_ = OpenAgain();
    OrThrow(ports_.asset_index->Create(kDefinition));
    OrThrow(ports_.file_index->Create(kDefinition));
  }
  OpenSearchVams(const OpenSearchVams&) = delete;
  OpenSearchVams& operator=(const OpenSearchVams&) = delete;
  ~OpenSearchVams() override {
    for (SearchIndex* index : {ports_.asset_index.get(), ports_.file_index.get()}) {
      if (index != nullptr) static_cast<void>(index->Drop());
    }
  }

  Deployment& ports() override { return ports_; }
  Deployment OpenAgain() override {
    Deployment deployment;
    deployment.description = "OpenSearch";
    deployment.asset_index = OrThrow(aws::AwsSearchIndex::Make(client_, assets_));
    deployment.file_index = OrThrow(aws::AwsSearchIndex::Make(client_, files_));
    return deployment;
  }

  void Put(LocalTable /*table*/, const std::vector<Item>& /*items*/) override { NoSuchPort(); }
  void Delete(LocalTable /*table*/, const Item& /*keys*/) override { NoSuchPort(); }
  void CreateBucket(const LocalBucket& /*bucket*/) override { NoSuchPort(); }
  void Put(const std::vector<LocalObject>& /*objects*/) override { NoSuchPort(); }
  void Delete(const ObjectRef& /*object*/) override { NoSuchPort(); }
  void SetParameter(const std::string& /*name*/, const std::string& /*value*/) override { NoSuchPort(); }
  std::string Topic() override { NoSuchPort(); }
  void Advance(Duration /*d*/) override { NoSuchPort(); }

 private:
  [[noreturn]] static void NoSuchPort() { throw std::logic_error("OpenSearch has the index ports alone"); }

  SystemClock clock_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<const aws::OpenSearchClient> client_;
  const std::string assets_ = UniqueName("assets");
  const std::string files_ = UniqueName("files");
  Deployment ports_;
};

}  // namespace

void JoinOpenSearch(std::vector<Backend>& backends) {
  const auto server = AwsServer::FromEnvironment("VAMS_TEST_OPENSEARCH_ENDPOINT");
  if (server && !*server) return;
  Backend backend{.name = "OpenSearch", .open = {}};
  // A wrong setting fails every test and says why; it never leaves the backend out.
  if (!server) {
    backend.open = [why = server.error().message]() -> std::unique_ptr<TestVams> { throw std::runtime_error(why); };
  } else {
    backend.open = [endpoint = (*server)->endpoint()] { return std::make_unique<OpenSearchVams>(endpoint); };
    backend.deviations.index_folds_marks = false;
    backend.deviations.index_parts_words = false;
  }
  backends.push_back(std::move(backend));
}

}  // namespace vams::conformance
