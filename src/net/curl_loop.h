#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/fiber.h"
#include "base/task_loop.h"
#include "net/curl_request.h"

namespace vams {

// A loop whose tasks send their requests over libcurl's multi interface: each task has a stack of its own
// (base/fiber.h) and pauses until its reply is there. So one thread keeps hundreds of requests in flight, and what the
// tasks call stays ordinary blocking code. A task must not hold a lock while it sends.
class CurlLoop final : public TaskLoop {
 public:
  // What the requests share; outlives the loop.
  struct Shared {
    const CurlSettings& settings;
    void* trust = nullptr;  // as of CurlRequest
    const std::optional<std::string>& ca_bundle;
  };
  // kUnavailable: the system gives no more descriptors.
  static Result<std::unique_ptr<CurlLoop>> Make(Shared shared);
  // Ends what is in flight as cancelled and lets the tasks end.
  ~CurlLoop() override;

  void Spawn(std::move_only_function<void()> task) override;
  void Turn(Duration at_most) override;
  void Wake() override;
  std::size_t running() const override { return running_; }

  // The loop whose task is running on this thread just now; nullptr: none is.
  static CurlLoop* Current();
  // From within a task.
  Sent Send(const HttpRequest& request);

 private:
  struct Runner;
  struct Waiting {
    std::unique_ptr<CurlRequest> request;
    Runner* runner = nullptr;
    CURLcode code = CURLE_OK;
    std::optional<TransportError::Kind> early{};
  };
  using SteadyTime = std::chrono::steady_clock::time_point;

  // A descriptor as the epoll set has it.
  struct Watched {
    bool of_connection = false;  // opened for one, which OnClose will tell the end of; not the resolver's, say
    bool asked = false;          // libcurl waits for it
    std::uint32_t events = 0;    // 0: it is not in the set
  };

  explicit CurlLoop(Shared shared);
  static curl_socket_t OnOpen(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnClose(void* self, curl_socket_t fd);
  static int OnSocket(CURL* easy, curl_socket_t fd, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);
  void WatchSockets(CURL* easy);
  void Unwatch(int fd);
  void Go(Runner& runner);
  void WaitForSockets(Duration at_most);
  void TakeEnded();
  void EndLate(SteadyTime now);
  void EndEarly(Waiting& waiting, TransportError::Kind kind);
  void LetGoOn();

  class Descriptor {
   public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

   private:
    int fd_;
  };

  const Shared shared_;
  Descriptor epoll_;
  Descriptor wake_;
  std::vector<Watched> watched_;  // by descriptor; outlives the connections
  CurlShare share_;
  CurlMulti multi_;
  std::vector<std::unique_ptr<Runner>> runners_;
  std::vector<Runner*> idle_;
  std::vector<std::unique_ptr<CurlRequest>> kept_;
  std::vector<Waiting*> waiting_;  // requests in flight
  std::vector<Runner*> ready_;
  std::vector<epoll_event> events_;
  std::optional<SteadyTime> timer_;
  SteadyTime looked_{};
  Runner* current_ = nullptr;
  std::size_t running_ = 0;
  bool ending_ = false;
};

}  // namespace vams
