#include "run/phases/replay_objects.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

class ReplayObjectsTest : public testing::Test {
 protected:
  ReplayObjectsTest() {
    for (const char* bucket : {"b", "a-long-name"}) vams_.CreateBucket(bucket, false);
  }

  void Add(const std::string& bucket, const std::string& key, bool there = true) {
    if (there) {
      EXPECT_TRUE(vams_.PutObject({bucket, key}, HeadOf(kChair)));
    }
    EXPECT_TRUE(items_.Add(ObjectRef{bucket, key}));
  }

  // All that is given for each of `locations`, as "bucket/key", and where there is no head "?".
  std::vector<std::string> Replay(std::vector<ObjectLocation> locations) {
    EXPECT_TRUE(items_.Finish());
    std::ranges::sort(locations, ComesBefore);
    ReplayObjects replay(items_, *store_, [this](const ObjectRef& o) { elsewhere_.push_back(o.bucket + "/" + o.key); });
    std::vector<std::string> given;
    for (const ObjectLocation& location : locations) {
      for (bool more = true; more;) {
        auto page = replay.Next(location);
        if (!page) {
          ++failures_;
          continue;
        }
        more = page->more;
        for (const auto& entry : page->entries)
          given.push_back(location.bucket + "/" + entry.key + (entry.head ? "" : "?"));
      }
    }
    EXPECT_TRUE(replay.Finish());
    std::ranges::sort(given);
    return given;
  }

  FakeClock clock_;
  TempDir dir_;
  MemoryDeployment vams_{clock_};
  HandledItems items_{dir_.path()};
  ObjectStore* store_ = &vams_.objects();
  std::vector<std::string> elsewhere_;
  int failures_ = 0;
};

TEST_F(ReplayObjectsTest, EachComesInItsLocationWhateverTheOrderOfNames) {
  for (const char* key : {"x/1", "y/1", "y/2", "w"}) Add("b", key);
  for (const char* key : {"x/1", "z"}) Add("a-long-name", key);
  Add("b", "x/gone", false);
  EXPECT_EQ(Replay({{"a-long-name", ""}, {"b", "x/"}, {"b", "y/"}}),
            (std::vector<std::string>{"a-long-name/x/1", "a-long-name/z", "b/x/1", "b/x/gone?", "b/y/1", "b/y/2"}));
  EXPECT_EQ(elsewhere_, (std::vector<std::string>{"b/w"}));
}

TEST_F(ReplayObjectsTest, WhatNoLocationHoldsIsToldAndNotDropped) {
  Add("b", "a");
  Add("b", "z");
  Add("a-long-name", "k");
  EXPECT_TRUE(Replay({{"b", "m/"}}).empty());
  std::ranges::sort(elsewhere_);
  EXPECT_EQ(elsewhere_, (std::vector<std::string>{"a-long-name/k", "b/a", "b/z"}));
}

TEST_F(ReplayObjectsTest, AFailureConsumesNothing) {
  for (int i = 0; i < 600; ++i) Add("b", "k" + std::to_string(i));
  class OutOnce final : public ObjectStore {
   public:
    explicit OutOnce(ObjectStore& inner) : inner_(inner) {}
    Result<ObjectPage> List(std::string_view b, std::string_view p, const std::optional<Cursor>& f,
                            ItemCount n) override {
      return inner_.List(b, p, f, n);
    }
    Cursor After(std::string_view key) const override { return inner_.After(key); }
    Result<std::vector<std::string>> CommonPrefixes(std::string_view b, std::string_view p) override {
      return inner_.CommonPrefixes(b, p);
    }
    Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) override {
      if (calls_++ % 2 == 0) return Fail(ErrorCode::kUnavailable, "out");
      return inner_.HeadMany(objects);
    }
    Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) override {
      return inner_.CreatedTopics(bucket);
    }

   private:
    ObjectStore& inner_;
    int calls_ = 0;
  } out(vams_.objects());
  store_ = &out;
  EXPECT_EQ(Replay({{"b", ""}}).size(), 600u);
  EXPECT_EQ(failures_, 3);
}

}  // namespace
}  // namespace vams
