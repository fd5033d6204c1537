#include "net/credentials/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/text.h"
#include "net/secret.h"

namespace vams {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostBytes = 1 << 20;
constexpr milliseconds kStopCheck{100};

// A pipe's reading end and a child, both gone with the object.
class Child {
 public:
  Child() = default;
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait(0);
    }
    if (pipe_ >= 0) close(pipe_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // An errno, 0 for success.
  int Start(const std::string& program, const std::vector<std::string>& command, const Environment& environment) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    pipe_ = ends[0];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    // What this process ignores or blocks is no business of another program.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&signals, number);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    std::vector<std::string> words = command;
    std::vector<std::string> variables = environment.Assignments();
    const int error =
        posix_spawn(&pid_, program.c_str(), &files, &attributes, Pointers(words).data(), Pointers(variables).data());
    if (error != 0) pid_ = -1;
    for (std::string& variable : variables) Secret::Wipe(variable);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    return error;
  }

  int pipe() const { return pipe_; }

  // True once it has ended.
  bool Wait(int flags) {
    int status = 0;
    pid_t ended = 0;
    do {
      ended = waitpid(pid_, &status, flags);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) return false;
    // Somebody else took the status when the process ignores SIGCHLD; then nothing is known and nothing is good.
    exit_code_ = ended < 0 ? 255 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    pid_ = -1;
    return true;
  }
  int exit_code() const { return exit_code_; }

 private:
  static std::vector<char*> Pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  pid_t pid_ = -1;
  int pipe_ = -1;
  int exit_code_ = 0;
};

bool IsProgram(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

// Appends what there is. True at the end of the pipe.
Result<bool> ReadSome(int fd, std::string& output) {
  char bytes[16384];
  const ssize_t n = read(fd, bytes, sizeof bytes);
  if (n < 0 && errno != EINTR) return Fail(ErrorCode::kIo, "its output cannot be read: {}", std::strerror(errno));
  if (n > 0) output.append(bytes, static_cast<std::size_t>(n));
  OPENSSL_cleanse(bytes, sizeof bytes);
  if (output.size() > kMostBytes) return Fail(ErrorCode::kTooLarge, "it printed more than 1 MiB");
  return n == 0;
}

Status Collect(Child& child, std::string& output, Duration limit, const StopFlag* stop) {
  const Steady::time_point deadline = Steady::now() + limit;
  bool at_end = false;
  for (;;) {
    if (stop != nullptr && stop->requested()) return Fail(ErrorCode::kCancelled, "stopped while it ran");
    const auto left = std::chrono::ceil<milliseconds>(deadline - Steady::now());
    if (left.count() <= 0) {
      return Fail(ErrorCode::kTimeout, "it had not ended after {:g} s", std::chrono::duration<double>(limit).count());
    }
    const milliseconds pause = std::min(left, kStopCheck);
    if (at_end) {
      if (child.Wait(WNOHANG)) return {};
      std::this_thread::sleep_for(std::min(pause, milliseconds(5)));
      continue;
    }
    pollfd wanted{.fd = child.pipe(), .events = POLLIN, .revents = 0};
    const int ready = poll(&wanted, 1, static_cast<int>(pause.count()));
    if (ready < 0 && errno != EINTR) return Fail(ErrorCode::kIo, "its output cannot be read: {}", std::strerror(errno));
    if (ready > 0) {
      TRY_ASSIGN(at_end, ReadSome(child.pipe(), output));
    }
  }
}

}  // namespace

std::optional<std::string> FindProgram(std::string_view name, const Environment& environment) {
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string_view::npos) return std::string(name);
  const std::string* path = environment.Find("PATH");
  for (const std::string_view directory : Split(path ? std::string_view(*path) : "/usr/local/bin:/usr/bin:/bin", ':')) {
    // An empty entry would be the working directory: no place to take programs from.
    if (directory.empty()) continue;
    std::string candidate = fmt::format("{}/{}", directory, name);
    if (IsProgram(candidate)) return candidate;
  }
  return std::nullopt;
}

Result<ChildOutput> RunProgram(const std::vector<std::string>& command, const Environment& environment, Duration limit,
                               const StopFlag* stop) {
  const std::optional<std::string> program = command.empty() ? std::nullopt : FindProgram(command.front(), environment);
  if (!program) return Fail(ErrorCode::kNotFound, "there is no such program on PATH");
  Child child;
  if (const int error = child.Start(*program, command, environment); error != 0) {
    const ErrorCode code = error == ENOENT   ? ErrorCode::kNotFound
                           : error == EACCES ? ErrorCode::kAccessDenied
                                             : ErrorCode::kIo;
    return Fail(code, "it cannot be started: {}", std::strerror(error));
  }
  ChildOutput result;
  result.output.reserve(16384);
  if (Status done = Collect(child, result.output, limit, stop); !done) {
    Secret::Wipe(result.output);
    return std::unexpected(std::move(done).error());
  }
  result.exit_code = child.exit_code();
  return result;
}

}  // namespace vams
