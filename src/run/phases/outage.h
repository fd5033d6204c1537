#pragma once

#include "engine/flow_note.h"
#include "ports/log.h"

namespace vams {

// Logs that a service is unavailable or has recovered.
void LogOutage(Log& log, const FlowNote& note);

}  // namespace vams
