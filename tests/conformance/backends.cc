#include "tests/conformance/backends.h"

#include <stdexcept>

#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams::conformance {
namespace {

template <class T>
T OrThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class EmbeddedVams final : public TestVams {
 public:
  EmbeddedVams() {
    LocalInit init;
    init.asset_index_definition = init.file_index_definition = R"({"mappings": {}, "settings": {}})";
    init.scratch = true;
    OrThrow(LocalVams::Init(directory(), init));
    local_ = OrThrow(LocalVams::Open(directory(), clock_));
    ports_ = OpenAgain();
    OrThrow(local_->CreateTopic(Topic()));
  }

  Deployment& ports() override { return ports_; }
  Deployment OpenAgain() override { return OrThrow(OpenDeployment({.local_directory = directory()}, clock_)); }

  void Put(LocalTable table, const std::vector<Item>& items) override { OrThrow(local_->PutItems(table, items)); }
  void Delete(LocalTable table, const Item& keys) override { OrThrow(local_->DeleteItem(table, keys)); }
  void CreateBucket(const LocalBucket& bucket) override { OrThrow(local_->CreateBucket(bucket)); }
  void Put(const std::vector<LocalObject>& objects) override { OrThrow(local_->PutObjects(objects, EmitEvents::kNo)); }
  void Delete(const ObjectRef& object) override { OrThrow(local_->DeleteObject(object, EmitEvents::kNo)); }
  void SetParameter(const std::string& name, const std::string& value) override {
    OrThrow(local_->SetParameter(name, value));
  }
  std::string Topic() override { return DefaultTopic("suite"); }
  void Advance(Duration d) override { clock_.Advance(d); }

 private:
  std::string directory() const { return (temp_.path() / "vams").string(); }

  TempDir temp_;
  FakeClock clock_;
  std::unique_ptr<LocalVams> local_;
  Deployment ports_;
};

Backend Embedded() {
  return {.name = "Embedded",
          .open = [] { return std::make_unique<EmbeddedVams>(); },
          .deviations = {.index_checks_types = false, .index_has_siblings = false}};
}

}  // namespace

std::vector<Backend> TableBackends() {
  std::vector<Backend> backends{Embedded()};
  JoinDynamoDb(backends);
  return backends;
}

std::vector<Backend> ParameterBackends() {
  std::vector<Backend> backends{Embedded()};
  JoinSsm(backends);
  return backends;
}

std::vector<Backend> ObjectBackends() {
  std::vector<Backend> backends{Embedded()};
  JoinS3(backends);
  return backends;
}

std::vector<Backend> EventBackends() {
  std::vector<Backend> backends{Embedded()};
  JoinSnsSqs(backends);
  return backends;
}

std::vector<Backend> IndexBackends() {
  std::vector<Backend> backends{Embedded()};
  JoinOpenSearch(backends);
  return backends;
}

std::string BackendName(const testing::TestParamInfo<Backend>& info) { return info.param.name; }

}  // namespace vams::conformance
