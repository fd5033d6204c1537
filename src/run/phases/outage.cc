#include "run/phases/outage.h"

namespace vams {

void LogOutage(Log& log, const FlowNote& note) {
  if (note.kind == FlowNote::Kind::kUp) {
    log.Info("{} has recovered", note.resource);
  } else {
    log.Warning("{} is unavailable ({}); retrying until it recovers", note.resource,
                note.error ? note.error->message : "");
  }
}

}  // namespace vams
