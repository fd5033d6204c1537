#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "tests/conformance/backends.h"

namespace vams::conformance {

// One VAMS a test.
class Suite : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { vams_ = GetParam().open(); }
  Deployment& ports() { return vams_->ports(); }
  // What has to be equal: the item, where the backend has no order of its own for attributes.
  Item Comparable(const Item& item) const;

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

// Attributes by name, members of sets by their bytes.
inline Item InOrderOfNames(const Item& item) {
  std::map<std::string, AttributeValue> attributes;
  for (const auto& [name, value] : item) {
    AttributeValue copy = value;
    if (const auto* map = value.As<Item>()) copy = InOrderOfNames(*map);
    if (const auto* texts = value.As<AttributeValue::StringSet>()) {
      auto members = texts->members;
      std::ranges::sort(members);
      copy = AttributeValue::StringSet{std::move(members)};
    }
    attributes.emplace(name, std::move(copy));
  }
  Item ordered;
  for (auto& [name, value] : attributes) ordered.Set(name, std::move(value));
  return ordered;
}

inline Item Suite::Comparable(const Item& item) const {
  return GetParam().deviations.keeps_the_order_of_attributes ? item : InOrderOfNames(item);
}

inline Item MakeAsset(const std::string& database, const std::string& asset, const std::string& bucket = "bucket-1") {
  return MakeItem({{"databaseId", database}, {"assetId", asset}, {"bucketId", bucket}, {"assetName", "Turbine"}});
}

}  // namespace vams::conformance
