#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "run/context/context.h"
#include "source/object_scan.h"

namespace vams {

// Where a run finds files and where it tells of them.
struct FileTargets {
  LocationPlan plan;  // what is selected
  // By the name of each bucket of the plan. An error: why this bucket's files cannot be told of, which is no reason not
  // to handle the others.
  std::map<std::string, Result<std::string>> topics{};
};

// The topics that can be published to, each once.
std::vector<std::string> TopicsOf(const FileTargets& targets);

// Looks at everything that decides where events go, before anything is changed (SPEC section 7.4, hazards H4 and H7). A
// bucket that notifies another topic than the only one given is kPrecondition, unless the run may use a single topic;
// so is one that tells no topic of its own where that is needed. What only may be wrong is a warning.
Result<FileTargets> PlanFileTargets(const RunContext& run);

}  // namespace vams
