#include "cli/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/exit.h"

namespace vams::cli {
namespace {

// A signal handler is given nothing but a number, so this one pointer has to be global.
std::atomic<StopFlag*> stop_on_signal{nullptr};
static_assert(std::atomic<StopFlag*>::is_always_lock_free);

void OnSignal(int) {
  StopFlag* stop = stop_on_signal.load();
  if (stop == nullptr || stop->requested()) _exit(static_cast<int>(Exit::kInterrupted));
  stop->Request();
  constexpr char kSaid[] = "\nstopping; once more stops at once\n";
  // Nothing can be done about a message that cannot be written.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kSaid, sizeof kSaid - 1);
}

}  // namespace

void InstallStopSignals(StopFlag& stop) {
  stop_on_signal.store(&stop);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace vams::cli
