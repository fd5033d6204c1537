#pragma once

#include <memory>

#include "backends/local.h"
#include "backends/open.h"
#include "cli/command.h"

namespace vams::cli {

// The VAMS that the options name.
Result<Deployment> OpenVams(const Invocation& invocation);
// The embedded one; the options of a local command always name it.
Result<std::unique_ptr<LocalVams>> OpenLocalVams(const Invocation& invocation);

}  // namespace vams::cli
