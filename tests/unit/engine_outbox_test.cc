#include <gtest/gtest.h>

#include "engine/outbox.h"

namespace vams {
namespace {

using std::chrono::milliseconds;

constexpr PublishLimits kLimits{ItemCount{3}, Bytes{100}};

Outgoing Event(std::size_t object, std::size_t bytes = 10) {
  return {.page = 0, .object = object, .document_id = {}, .bytes = bytes};
}

std::vector<std::size_t> Objects(const std::vector<Outgoing>& batch) {
  std::vector<std::size_t> objects;
  for (const Outgoing& event : batch) objects.push_back(event.object);
  return objects;
}

TEST(Outbox, FillsARequestAndWaitsForMoreOnlySoLong) {
  Outbox box;
  box.Add(Event(1), milliseconds(0));
  box.Add(Event(2), milliseconds(1));
  EXPECT_TRUE(box.TakeBatch(kLimits, /*more_to_come=*/true, milliseconds(2)).empty());
  EXPECT_EQ(box.ReadyAt(kLimits, true), milliseconds(200));
  box.Add(Event(3), milliseconds(3));
  box.Add(Event(4), milliseconds(3));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, true, milliseconds(3))), (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_TRUE(box.TakeBatch(kLimits, true, milliseconds(3)).empty());
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, /*more_to_come=*/false, milliseconds(3))), (std::vector<std::size_t>{4}));
  EXPECT_EQ(box.ReadyAt(kLimits, false), std::nullopt);
}

TEST(Outbox, KeepsToTheBytesAndSendsWhatIsTooLargeAlone) {
  Outbox box;
  box.Add(Event(1, 60), milliseconds(0));
  box.Add(Event(2, 60), milliseconds(0));
  box.Add(Event(3, 500), milliseconds(0));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, false, milliseconds(0))), (std::vector<std::size_t>{1}));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, false, milliseconds(0))), (std::vector<std::size_t>{2}));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, false, milliseconds(0))), (std::vector<std::size_t>{3}));
}

TEST(Outbox, TriesAgainInTheOrderOfTimeAndNotBefore) {
  Outbox box;
  for (const std::size_t n : {3u, 1u, 2u}) {
    Outgoing event = Event(n);
    event.not_before = milliseconds(10 * static_cast<int>(n));
    box.Again(std::move(event));
  }
  EXPECT_EQ(box.ReadyAt(kLimits, true), milliseconds(10));
  EXPECT_TRUE(box.TakeBatch(kLimits, true, milliseconds(9)).empty());
  box.Add(Event(7), milliseconds(15));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, true, milliseconds(25))), (std::vector<std::size_t>{1, 2, 7}));
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, true, milliseconds(30))), (std::vector<std::size_t>{3}));
}

TEST(Outbox, WhatMadeARequestFailGoesAlone) {
  Outbox box;
  for (const std::size_t n : {1u, 2u}) {
    Outgoing event = Event(n);
    event.alone = true;
    box.Again(std::move(event));
  }
  box.Add(Event(3), milliseconds(0));
  EXPECT_EQ(box.TakeBatch(kLimits, false, milliseconds(0)).size(), 1u);
  EXPECT_EQ(box.TakeBatch(kLimits, false, milliseconds(0)).size(), 1u);
  EXPECT_EQ(Objects(box.TakeBatch(kLimits, false, milliseconds(0))), (std::vector<std::size_t>{3}));
}

}  // namespace
}  // namespace vams
