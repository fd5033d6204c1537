#include "base/concurrently.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

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

}  // namespace vams
