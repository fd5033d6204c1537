#pragma once

#include <memory>

#include "base/result.h"
#include "run/context/context.h"

namespace vams {

// The two indexers inside this process, for a VAMS that has no others. Each runs on a thread of its own until the
// object goes.
class LocalIndexers {
 public:
  explicit LocalIndexers(const RunContext& run);
  ~LocalIndexers();
  LocalIndexers(const LocalIndexers&) = delete;
  LocalIndexers& operator=(const LocalIndexers&) = delete;

  // The error that ended one of them.
  Status status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vams
