#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "cli/exit.h"

namespace vams::cli {
namespace {

// A signal handler is given nothing but a number, so this one pointer has to be global.
std::atomic<StopFlag*> stop_on_signal{nullptr};
std::atomic<bool> can_resume{false};
static_assert(std::atomic<StopFlag*>::is_always_lock_free);

void OnSignal(int) {
  StopFlag* stop = stop_on_signal.load();
  if (stop == nullptr || stop->requested()) _exit(static_cast<int>(Exit::kInterrupted));
  stop->Request();
  constexpr std::string_view kSaid = "\nStopping: finishing the requests in flight. Ctrl-C again quits now.\n";
  constexpr std::string_view kSaidOfRun =
      "\nStopping: finishing the requests in flight, then saving. Ctrl-C again quits now. Either way it can be "
      "resumed.\n";
  const std::string_view said = can_resume.load() ? kSaidOfRun : kSaid;
  const int before = errno;  // of whatever was interrupted
  // Nothing can be done about a message that cannot be written.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, said.data(), said.size());
  errno = before;
}

}  // namespace

void InstallStopSignals(StopFlag& stop, bool resumable) {
  can_resume.store(resumable);
  stop_on_signal.store(&stop);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // The connection to a machine that is hung up must not cost what is in flight; under nohup it is not even to stop.
  struct sigaction hung_up = {};
  if (sigaction(SIGHUP, nullptr, &hung_up) == 0 && hung_up.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

}  // namespace vams::cli
