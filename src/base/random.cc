#include "base/random.h"

#include <memory>
#include <random>

#include "base/mutex.h"

namespace vams {

Random01 SystemRandom() {
  struct Generator {
    Mutex mu;
    std::mt19937_64 engine GUARDED_BY(mu){std::random_device{}()};
  };
  return [generator = std::make_shared<Generator>()] {
    MutexLock lock(generator->mu);
    return std::uniform_real_distribution<double>(0, 1)(generator->engine);
  };
}

}  // namespace vams
