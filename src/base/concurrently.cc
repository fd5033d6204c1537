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
  const auto take_all = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  std::vector<std::jthread> threads;  // joined when they go out of scope, before what they refer to
  const std::size_t helpers = std::min(workers, count);
  threads.reserve(helpers);
  try {
    for (std::size_t n = 1; n < helpers; ++n) threads.emplace_back(take_all);
  } catch (const std::system_error&) {
    // No further thread: those that run, this one at least, do all of it.
  }
  take_all();
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
