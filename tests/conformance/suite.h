#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/conformance/backends.h"

namespace vams::conformance {

// One VAMS a test.
class Suite : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { vams_ = GetParam().open(); }
  Deployment& ports() { return vams_->ports(); }

  std::unique_ptr<TestVams> vams_;
};

// The value, or a failed test.
template <class T>
T Value(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  return result ? ErrorCode::kUnknown : result.error().code;
}

// Runs `work(thread number)` on several threads that start together.
template <class Work>
void InThreads(std::size_t count, Work&& work) {
  std::atomic<bool> go{false};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      while (!go) std::this_thread::yield();
      work(i);
    });
  }
  go = true;
}

inline Item MakeItem(std::initializer_list<std::pair<const char*, AttributeValue>> attributes) {
  Item item;
  for (const auto& [name, value] : attributes) item.Set(name, value);
  return item;
}

inline Item MakeAsset(const std::string& database, const std::string& asset, const std::string& bucket = "bucket-1") {
  return MakeItem({{"databaseId", database}, {"assetId", asset}, {"bucketId", bucket}, {"assetName", "Turbine"}});
}

}  // namespace vams::conformance
