#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace vams {

// Calls `work(i)` once for each i below `count`, on at most `workers` threads (the caller's is one of them; 0 counts as
// 1), and returns when all calls have. In order of i where there is one worker. `work` must not throw. A thread that
// the system refuses is done without.
void ForEachConcurrently(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work);

// As above, but hands out no further index once a call has failed. The error is that of the lowest index that failed;
// calls that were under way have ended, too.
Status TryForEachConcurrently(std::size_t count, std::size_t workers, const std::function<Status(std::size_t)>& work);

}  // namespace vams
