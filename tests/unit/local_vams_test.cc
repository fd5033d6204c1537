#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backends/local.h"
#include "backends/open.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class LocalVamsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = LocalVams::Init(dir(), Definitions());
    ASSERT_TRUE(made) << made.error().message;
    auto opened = LocalVams::Open(dir(), clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    vams_ = std::move(*opened);
  }
  static LocalInit Definitions() {
    LocalInit init;
    init.scratch = true;
    init.asset_index_definition = R"({"mappings": {"properties": {}}})";
    init.file_index_definition = R"({"mappings": {"properties": {}}})";
    return init;
  }
  std::string dir() const { return (temp_.path() / "vams").string(); }
  Deployment OpenPorts() {
    auto deployment = OpenDeployment({.local_directory = dir()}, clock_);
    EXPECT_TRUE(deployment) << deployment.error().message;
    return std::move(*deployment);
  }
  LocalStatus ReadStatus() {
    auto status = vams_->ReadStatus();
    EXPECT_TRUE(status) << status.error().message;
    return status.value_or(LocalStatus{});
  }
  static std::uint64_t Items(const LocalStatus& status, LocalTable table) {
    for (const auto& [t, count] : status.items) {
      if (t == table) return count;
    }
    return 0;
  }
  std::string WriteFile(const std::string& name, const std::string& content) {
    const fs::path path = temp_.path() / name;
    std::ofstream(path) << content;
    return path.string();
  }

  TempDir temp_;
  FakeClock clock_;
  std::unique_ptr<LocalVams> vams_;
};

[[maybe_unused]] Item Asset(const std::string& database, const std::string& asset) {
  Item item;
  item.Set("databaseId", database);
  item.Set("assetId", asset);
  item.Set("assetName", "Turbine");
  return item;
}

TEST_F(LocalVamsTest, StartsWithEverythingAndNothingInIt) {
  const LocalStatus status = ReadStatus();
  EXPECT_EQ(status.items.size(), 6u);
  for (const auto& [table, count] : status.items) EXPECT_EQ(count, 0u) << LocalTableName(table);
  ASSERT_EQ(status.indexes.size(), 2u);
  EXPECT_EQ(status.indexes[0].name, "vams-assets-v1");
  EXPECT_TRUE(status.indexes[0].exists);
  EXPECT_EQ(status.files.size(), 4u);
  Deployment ports = OpenPorts();
  const std::vector<std::string> names{"/vams-local/aos/fileIndexName", "/nothing"};
  const auto values = ports.parameters->GetMany(names);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0), "vams-files-v1");
  EXPECT_EQ(values->at(1), std::nullopt);
}

TEST_F(LocalVamsTest, LoadsEveryGoldenState) {
  for (const char* file : {"asset_cases.jsonl", "file_cases.jsonl"}) {
    std::ifstream in(fs::path(VAMS_FIXTURES) / "golden" / file);
    ASSERT_TRUE(in) << file;
    for (std::string line; std::getline(in, line);) {
      const Json test_case = Json::parse(line);
      TempDir temp;
      const std::string directory = (temp.path() / "vams").string();
      ASSERT_TRUE(LocalVams::Init(directory, Definitions()));
      auto vams = LocalVams::Open(directory, clock_);
      ASSERT_TRUE(vams) << vams.error().message;
      const auto loaded = (*vams)->LoadState(test_case.at("state"));
      EXPECT_TRUE(loaded) << test_case.at("name") << ": " << loaded.error().message;
    }
  }
}

}  // namespace
}  // namespace vams
