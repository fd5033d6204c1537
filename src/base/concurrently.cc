#include "base/concurrently.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace vams {

void ForEachConcurrently(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  const std::size_t most = std::min(count, std::max<std::size_t>(workers, 1));
  while (threads.size() + 1 < most) {
    try {
      threads.emplace_back(take);
    } catch (const std::system_error&) {
      break;
    }
  }
  take();
}

Status TryForEachConcurrently(std::size_t count, std::size_t workers, const std::function<Status(std::size_t)>& work) {
  struct Failure {
    std::size_t index;
    Error error;
  };
  Mutex mu;
  std::optional<Failure> first;
  std::atomic<bool> failed{false};
  ForEachConcurrently(count, workers, [&](std::size_t i) {
    if (failed) return;
    Status status = work(i);
    if (status) return;
    failed = true;
    const MutexLock lock(mu);
    if (!first || i < first->index) first = Failure{i, std::move(status).error()};
  });
  if (first) return std::unexpected(std::move(first->error));
  return {};
}

}  // namespace vams
