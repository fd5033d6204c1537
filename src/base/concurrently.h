#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace vams {

// Calls `work(i)` once for every i below `count`, on the calling thread and up to `workers - 1` further ones, and
// returns when all calls have ended. Indices are handed out in rising order, so work(0) starts first; nothing else is
// promised about the order. Where the system has no further thread to give, fewer work. `work` must not throw.
void ForEachConcurrently(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work);

// As above, but hands out no further index once a call has failed. The error is that of the lowest index that failed;
// calls that were under way have ended, too.
Status TryForEachConcurrently(std::size_t count, std::size_t workers, const std::function<Status(std::size_t)>& work);

}  // namespace vams
