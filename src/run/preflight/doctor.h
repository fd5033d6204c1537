#pragma once

#include <functional>
#include <string>
#include <vector>

#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "config/options.h"

namespace vams {

// One line of a doctor's report.
struct DoctorCheck {
  enum class State {
    kOk,
    kWarning,  // a run works, but not as well as it could
    kFailed,   // a run would be refused or would fail
    kUnknown,  // could not be told
  };
  std::string name;  // "asset table"
  State state = State::kOk;
  std::string detail;  // what was found
  std::string fix{};   // what to do; "" where there is nothing
};
std::string_view DoctorStateName(DoctorCheck::State state);

// Looks at everything that a run needs, in the order in which a run needs it, and changes nothing: the permission to
// touch is tried on a record that does not exist. `tell` hears of each check as it is done. Fails never: what goes
// wrong is a check.
std::vector<DoctorCheck> RunDoctor(const Options& options, Deployment& deployment, const StopFlag& stop,
                                   const std::function<void(const DoctorCheck&)>& tell);

}  // namespace vams
