#include "cli/process.h"

#include <malloc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace vams::cli {
namespace {

std::size_t TerminalColumns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

// The stages hand batches from thread to thread, so that each allocator arena would keep the largest batch it ever saw.
// Two arenas and returning large blocks at once keep a run of ten million files as small as one of ten thousand
// (bench/embedded.cc).
void KeepMemoryFlat() {
  constexpr int kArenas = 2;
  constexpr int kLarge = 1024 * 1024;
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kLarge);
}

}  // namespace

int ProgramMain(const Program& program, int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  KeepMemoryFlat();
  // A limit of file sizes (ulimit -f) then fails the write, which says where, instead of ending the process in silence.
  std::signal(SIGXFSZ, SIG_IGN);
  SystemClock clock;
  static StopFlag stop;  // a signal may come until the very end of the process
  std::vector<std::string> variables;
  std::map<std::string, std::string, std::less<>> process_environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) process_environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    if (text.starts_with("VAMS_MIGRATE_")) variables.emplace_back(text.substr(0, text.find('=')));
  }
  Context context{.environment = [](const std::string& name) -> std::optional<std::string> {
                    const char* value = std::getenv(name.c_str());
                    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
                  },
                  .process_environment = std::move(process_environment),
                  .variables = std::move(variables),
                  .in = std::cin,
                  .out = std::cout,
                  .err = std::cerr,
                  .clock = clock,
                  .stop = stop,
                  .in_is_terminal = isatty(STDIN_FILENO) == 1,
                  .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                  .err_is_terminal = isatty(STDERR_FILENO) == 1,
                  .columns = TerminalColumns()};
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  const Exit exit = Dispatch(program, args, context);
  std::cout.flush();
  return static_cast<int>(exit);
}

}  // namespace vams::cli
