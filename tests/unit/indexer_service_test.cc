#include "run/indexing/indexer_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

// Holds the first Receive until it is opened.
class GatedQueue final : public EventQueue {
 public:
  explicit GatedQueue(EventQueue& inner) : inner_(inner) {}
  Result<std::vector<QueueMessage>> Receive(ItemCount limit, Duration visibility) override {
    inside_ = true;
    inside_.notify_all();
    open_.wait(false);
    return inner_.Receive(limit, visibility);
  }
  Result<std::vector<Status>> Delete(std::span<const std::string> receipts) override { return inner_.Delete(receipts); }
  Status Park(const QueueMessage& message, std::string_view reason) override { return inner_.Park(message, reason); }
  Result<Depth> ApproximateDepth() override { return inner_.ApproximateDepth(); }

  void WaitUntilInside() { inside_.wait(false); }
  // Nobody will come in any more.
  void Release() {
    inside_ = true;
    inside_.notify_all();
  }
  void Open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  EventQueue& inner_;
  std::atomic<bool> inside_{false};
  std::atomic<bool> open_{false};
};

class IndexerServiceTest : public ::testing::Test {
 protected:
  IndexerServiceTest() {
    FillSample(deployed_.vams);
    auto queue = std::make_unique<GatedQueue>(deployed_.vams.queue());
    queue_ = queue.get();
    deployed_.deployment.file_events = std::move(queue);
  }
  Result<ServiceCounts> Run(std::optional<Duration> until_idle) {
    auto counts =
        RunIndexerService(ServiceKind::kFiles, options_, deployed_.deployment, clock_, log_, stop_, until_idle);
    queue_->Release();
    return counts;
  }

  FakeClock clock_;
  DeployedVams deployed_{clock_};
  GatedQueue* queue_ = nullptr;
  Options options_;
  NoLog log_;
  StopFlag stop_;
};

TEST_F(IndexerServiceTest, AStepThatOutlastsTheIdleTimeIsNotIdle) {
  ASSERT_TRUE(PutFile(deployed_.vams, "chair/leg.glb"));
  deployed_.vams.Enqueue(S3Event("chair/leg.glb"));
  Result<ServiceCounts> counts;
  std::jthread service([&] { counts = Run(std::chrono::seconds(1)); });
  queue_->WaitUntilInside();
  // The service looks again and again, on a clock that moves with each of its pauses.
  const Duration begun = clock_.Elapsed();
  while (clock_.Elapsed() - begun < std::chrono::seconds(10)) std::this_thread::yield();
  queue_->Open();
  service.join();
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->taken, 1u);
  EXPECT_EQ(counts->indexed, 1u);
  EXPECT_EQ(deployed_.vams.queue().ApproximateDepth()->visible, 0u);
}

TEST_F(IndexerServiceTest, AskedToStopItLetsTheStepUnderWayEnd) {
  ASSERT_TRUE(PutFile(deployed_.vams, "chair/leg.glb"));
  deployed_.vams.Enqueue(S3Event("chair/leg.glb"));
  Result<ServiceCounts> counts;
  std::jthread service([&] { counts = Run(std::nullopt); });
  queue_->WaitUntilInside();
  stop_.Request();
  queue_->Open();
  service.join();
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->indexed, 1u);
}

TEST_F(IndexerServiceTest, AFileIndexerNeedsAQueue) {
  deployed_.deployment.file_events = nullptr;
  const auto counts = RunIndexerService(ServiceKind::kFiles, options_, deployed_.deployment, clock_, log_, stop_, {});
  EXPECT_EQ(counts.error().code, ErrorCode::kUsage);
}

TEST_F(IndexerServiceTest, AMissingIndexIsRefused) {
  ASSERT_TRUE(deployed_.deployment.file_index->Drop());
  EXPECT_EQ(Run(std::nullopt).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace vams
