#include "cli/deployment.h"

namespace vams::cli {

Result<Deployment> OpenVams(const Invocation& invocation) {
  OpenOptions open;
  if (invocation.options.local) open.local_directory = invocation.options.local->string();
  return OpenDeployment(open, invocation.context.clock);
}

Result<std::unique_ptr<LocalVams>> OpenLocalVams(const Invocation& invocation) {
  return LocalVams::Open(invocation.options.local.value_or("").string(), invocation.context.clock);
}

}  // namespace vams::cli
