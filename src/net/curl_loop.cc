#include "net/curl_loop.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace vams {
namespace {

using Kind = TransportError::Kind;
using std::chrono::milliseconds;

// How late silence or a stop may be noticed.
constexpr milliseconds kLookEvery{100};
// Connections kept for the next request, whatever the number of tasks.
constexpr long kMostConnections = 1024;

thread_local CurlLoop* loop_of_this_thread = nullptr;

}  // namespace

// A stack that takes one task after the other.
struct CurlLoop::Runner {
  explicit Runner(CurlLoop& loop)
      : fiber([this, &loop] {
          while (!loop.ending_ || task) {
            if (task) {
              task();
              task = nullptr;
            }
            --loop.running_;
            loop.idle_.push_back(this);
            fiber.Pause();
          }
        }) {}
  std::move_only_function<void()> task;
  Fiber fiber;
};

CurlLoop::Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

CurlLoop* CurlLoop::Current() { return loop_of_this_thread; }

CurlLoop::CurlLoop(Shared shared)
    : shared_(shared),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      share_(curl_share_init()),
      multi_(curl_multi_init()),
      events_(256) {}

Result<std::unique_ptr<CurlLoop>> CurlLoop::Make(Shared shared) {
  std::unique_ptr<CurlLoop> loop(new CurlLoop(shared));
  epoll_event of_wake{};
  of_wake.events = EPOLLIN;
  of_wake.data.fd = loop->wake_.get();
  if (loop->epoll_.get() < 0 || loop->wake_.get() < 0 || loop->multi_ == nullptr ||
      epoll_ctl(loop->epoll_.get(), EPOLL_CTL_ADD, loop->wake_.get(), &of_wake) != 0) {
    return Fail(ErrorCode::kUnavailable, "no loop for requests can be made: {}", std::strerror(errno));
  }
  CURLM* multi = loop->multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlLoop::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, loop.get());
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlLoop::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, loop.get());
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMostConnections);
  // TLS sessions; names are shared by the multi handle itself.
  curl_share_setopt(loop->share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return loop;
}

CurlLoop::~CurlLoop() {
  for (Waiting* waiting : std::vector(waiting_)) EndEarly(*waiting, Kind::kCancelled);
  LetGoOn();
  ending_ = true;
  for (Runner* runner : std::exchange(idle_, {})) Go(*runner);
  kept_.clear();
}

curl_socket_t CurlLoop::OnOpen(void* self, curlsocktype, curl_sockaddr* address) {
  CurlLoop& loop = *static_cast<CurlLoop*>(self);
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  if (loop.watched_.size() <= static_cast<std::size_t>(fd)) loop.watched_.resize(static_cast<std::size_t>(fd) + 1);
  loop.watched_[static_cast<std::size_t>(fd)] = {.of_connection = true};
  return fd;
}

int CurlLoop::OnClose(void* self, curl_socket_t fd) {
  // Closing takes it out of the epoll set, too.
  static_cast<CurlLoop*>(self)->watched_[static_cast<std::size_t>(fd)] = {};
  return close(fd);
}

// A connection waits for its next request most of the time, and each time libcurl takes its socket away to give it back
// a moment later. Two system calls for each request are spared by leaving it in the epoll set; one on which something
// comes while nobody asks, such as its end, is taken out then.
int CurlLoop::OnSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  CurlLoop& loop = *static_cast<CurlLoop*>(self);
  if (loop.watched_.size() <= static_cast<std::size_t>(fd)) loop.watched_.resize(static_cast<std::size_t>(fd) + 1);
  Watched& watched = loop.watched_[static_cast<std::size_t>(fd)];
  watched.asked = what != CURL_POLL_REMOVE;
  if (what == CURL_POLL_REMOVE) {
    if (!watched.of_connection) loop.Unwatch(fd);
    return 0;
  }
  const std::uint32_t events = ((what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0) |
                               ((what & CURL_POLL_OUT) != 0 ? std::uint32_t{EPOLLOUT} : 0);
  if (events == watched.events) return 0;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(loop.epoll_.get(), watched.events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  watched.events = events;
  return 0;
}

void CurlLoop::Unwatch(int fd) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watched_[static_cast<std::size_t>(fd)].events = 0;
}

int CurlLoop::OnTimer(CURLM*, long timeout_ms, void* self) {
  CurlLoop& loop = *static_cast<CurlLoop*>(self);
  loop.timer_.reset();
  if (timeout_ms >= 0) loop.timer_ = std::chrono::steady_clock::now() + milliseconds(timeout_ms);
  return 0;
}

void CurlLoop::Spawn(std::move_only_function<void()> task) {
  while (idle_.empty()) {
    try {
      runners_.push_back(std::make_unique<Runner>(*this));
      idle_.push_back(runners_.back().get());
    } catch (const std::bad_alloc&) {
      // The system gives no more stacks: fewer do it, too.
      if (running_ == 0) throw;
      Turn(kLookEvery);
    }
  }
  Runner& runner = *idle_.back();
  idle_.pop_back();
  runner.task = std::move(task);
  ++running_;
  Go(runner);
}

void CurlLoop::Go(Runner& runner) {
  current_ = &runner;
  loop_of_this_thread = this;
  runner.fiber.Resume();
  loop_of_this_thread = nullptr;
  current_ = nullptr;
}

void CurlLoop::WatchSockets(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlLoop::OnOpen);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::OnClose);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

Sent CurlLoop::Send(const HttpRequest& request) {
  Waiting self{.request = nullptr, .runner = current_};
  if (kept_.empty()) {
    self.request = CurlRequest::Make(share_.get(), shared_.trust, shared_.ca_bundle);
    if (self.request != nullptr) WatchSockets(self.request->easy());
  } else {
    self.request = std::move(kept_.back());
    kept_.pop_back();
  }
  if (self.request == nullptr) {
    return std::unexpected(TransportError{.kind = Kind::kConnect, .message = "libcurl is out of memory"});
  }
  if (auto refused = self.request->Begin(request, shared_.settings)) return std::unexpected(std::move(*refused));
  curl_easy_setopt(self.request->easy(), CURLOPT_PRIVATE, &self);
  waiting_.push_back(&self);
  curl_multi_add_handle(multi_.get(), self.request->easy());
  self.runner->fiber.Pause();
  Sent sent = self.request->End(self.code, self.early);
  kept_.push_back(std::move(self.request));
  return sent;
}

void CurlLoop::Turn(Duration at_most) {
  WaitForSockets(at_most);
  TakeEnded();
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now - looked_ >= kLookEvery) EndLate(now);
  LetGoOn();
}

void CurlLoop::WaitForSockets(Duration at_most) {
  SteadyTime now = std::chrono::steady_clock::now();
  auto wait = std::min(std::chrono::ceil<milliseconds>(at_most), kLookEvery);
  if (timer_) wait = std::min(wait, std::chrono::ceil<milliseconds>(std::max(*timer_ - now, SteadyTime::duration{0})));
  const int count = epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                               static_cast<int>(std::max(wait, milliseconds{0}).count()));
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_.get()) {
      eventfd_t wakes = 0;
      eventfd_read(wake_.get(), &wakes);
      continue;
    }
    if (!watched_[static_cast<std::size_t>(event.data.fd)].asked) {
      Unwatch(event.data.fd);
      continue;
    }
    const int what = ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 ? CURL_CSELECT_IN : 0) |
                     ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(multi_.get(), event.data.fd, what, &running);
  }
  if (!timer_) return;
  if (count > 0) now = std::chrono::steady_clock::now();
  if (count <= 0 || *timer_ <= now) {
    timer_.reset();
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void CurlLoop::TakeEnded() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* of_easy = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &of_easy);
    auto* waiting = reinterpret_cast<Waiting*>(of_easy);
    waiting->code = message->data.result;
    curl_multi_remove_handle(multi_.get(), waiting->request->easy());
    std::erase(waiting_, waiting);
    ready_.push_back(waiting->runner);
  }
}

void CurlLoop::EndLate(SteadyTime now) {
  looked_ = now;
  const bool stop = shared_.settings.stop != nullptr && shared_.settings.stop->requested();
  for (Waiting* waiting : std::vector(waiting_)) {
    const CurlRequest::Timeout timeout = waiting->request->NextTimeout(now);
    if (stop) {
      EndEarly(*waiting, Kind::kCancelled);
    } else if (timeout.left <= Duration{0}) {
      EndEarly(*waiting, timeout.kind);
    }
  }
}

void CurlLoop::EndEarly(Waiting& waiting, Kind kind) {
  waiting.early = kind;
  curl_multi_remove_handle(multi_.get(), waiting.request->easy());
  std::erase(waiting_, &waiting);
  ready_.push_back(waiting.runner);
}

void CurlLoop::LetGoOn() {
  while (!ready_.empty()) {
    for (Runner* runner : std::exchange(ready_, {})) Go(*runner);
  }
}

void CurlLoop::Wake() { eventfd_write(wake_.get(), 1); }

}  // namespace vams
