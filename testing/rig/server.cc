#include "testing/rig/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>

namespace vams::rig {
namespace {

constexpr std::size_t kReadSize = 64 << 10;
constexpr std::uint64_t kListenerTag = ~std::uint64_t{0};
constexpr std::uint64_t kSearchTag = kListenerTag - 1;
constexpr std::uint64_t kStopTag = kListenerTag - 2;
constexpr int kSlowPieces = 4;
constexpr Nanoseconds kOwnLifeTick = std::chrono::milliseconds(5);

Nanoseconds Monotonic() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::unexpected<Error> SystemError(std::string_view what) {
  return Fail(ErrorCode::kUnavailable, "{}: {}", what, std::strerror(errno));
}

}  // namespace

void Fd::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

struct Server::Connection {
  enum class State { kReading, kWaiting, kSending };
  Fd fd;
  Door door = Door::kAws;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  State state = State::kReading;
  bool readable = false;  // there may be more in the socket
  bool ended = false;     // the client sends nothing more
  bool close_after = false;
  bool told_continue = false;
  bool counted = false;  // as in flight
  Ending ending = Ending::kWhole;
  int pieces = 0;  // that a slow reply still goes out in
  std::string in;
  std::size_t in_begin = 0;
  std::string out;
  std::size_t out_begin = 0;
  std::size_t out_end = 0;  // of what may go out now
};

Server::Server(Rig& rig) : rig_(rig), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Server::~Server() = default;

Status Server::Listen(Door door, std::uint16_t port, Fd& into) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return SystemError("socket");
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return SystemError("bind");
  if (listen(fd.get(), 4096) != 0) return SystemError("listen");
  epoll_event event{.events = EPOLLIN, .data = {.u64 = door == Door::kAws ? kListenerTag : kSearchTag}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) != 0) return SystemError("epoll_ctl");
  into = std::move(fd);
  return {};
}

Status Server::Open(std::uint16_t port, std::uint16_t search_port) {
  TRY(Listen(Door::kAws, port, listener_));
  TRY(Listen(Door::kOpenSearch, search_port, search_listener_));
  const auto port_of = [](const Fd& fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  };
  rig_.SetPorts(port_of(listener_), port_of(search_listener_));
  return {};
}

void Server::Accept(Door door) {
  const int listener = door == Door::kAws ? listener_.get() : search_listener_.get();
  for (;;) {
    Fd fd(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.push_back(std::make_unique<Connection>());
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    Connection& connection = *slots_[slot];
    connection.fd = std::move(fd);
    connection.door = door;
    connection.slot = slot;
    const std::uint64_t tag = std::uint64_t{connection.generation} << 32 | slot;
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = tag}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.fd.get(), &event);
    Counters& counters = rig_.counters();
    ++counters.connections;
    counters.most_connections = std::max(counters.most_connections, ++counters.open_connections);
  }
}

void Server::Drop(Connection& connection, bool reset) {
  if (reset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(connection.fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  Counters& counters = rig_.counters();
  --counters.open_connections;
  if (connection.counted) --counters.in_flight;
  // The buffers keep their memory for the next client of the slot.
  Connection fresh;
  fresh.slot = connection.slot;
  fresh.generation = connection.generation + 1;
  fresh.in.swap(connection.in);
  fresh.out.swap(connection.out);
  fresh.in.clear();
  fresh.out.clear();
  connection = std::move(fresh);
  free_.push_back(connection.slot);
}

void Server::OnReadable(Connection& connection) {
  std::array<char, kReadSize> buffer;
  while (connection.readable) {
    const ssize_t got = recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      connection.in.append(buffer.data(), static_cast<std::size_t>(got));
      // With edge triggering a short read empties the socket, unless the end of the stream is behind it.
      if (static_cast<std::size_t>(got) < buffer.size() && !connection.ended) connection.readable = false;
    } else if (got == 0) {
      connection.readable = false;
      connection.ended = true;
    } else if (errno == EINTR) {
      continue;
    } else if (errno == EAGAIN) {
      connection.readable = false;
    } else {
      return Drop(connection, /*reset=*/false);
    }
  }
  ReadRequests(connection);
}

void Server::ReadRequests(Connection& connection) {
  while (connection.state == Connection::State::kReading) {
    Request request{.door = connection.door};
    const std::string_view unread = std::string_view(connection.in).substr(connection.in_begin);
    const Parsed parsed = unread.empty() ? Parsed{} : ParseRequest(unread, request);
    if (parsed.state == Parsed::State::kBad) {
      ++rig_.counters().bad_requests;
      return Drop(connection, /*reset=*/true);
    }
    if (parsed.state == Parsed::State::kNeedsMore) {
      connection.in.erase(0, connection.in_begin);
      connection.in_begin = 0;
      if (connection.ended) return Drop(connection, /*reset=*/false);
      if (parsed.expects_continue && !connection.told_continue) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        static_cast<void>(send(connection.fd.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL));
        connection.told_continue = true;
      }
      return;
    }
    connection.told_continue = false;
    const std::uint32_t generation = connection.generation;
    StartReply(connection, request);
    if (connection.generation != generation) return;
    connection.in_begin += parsed.bytes;
    if (connection.in_begin == connection.in.size()) {
      connection.in.clear();
      connection.in_begin = 0;
    }
  }
}

void Server::StartReply(Connection& connection, const Request& request) {
  reply_.Clear();
  const Outcome outcome = rig_.Answer(request, now_, reply_);
  Counters& counters = rig_.counters();
  connection.counted = outcome.counted;
  if (outcome.counted) counters.most_in_flight = std::max(counters.most_in_flight, ++counters.in_flight);
  connection.state = Connection::State::kWaiting;
  connection.ending = outcome.ending;
  connection.close_after = request.close || outcome.ending == Ending::kTruncate;
  connection.out.clear();
  connection.out_begin = 0;
  if (outcome.ending != Ending::kReset) {
    char id[] = "RIG0000000000000";
    std::uint64_t number = ++replies_;
    for (std::size_t i = sizeof id - 1; i-- > 3; number /= 10) id[i] = static_cast<char>('0' + number % 10);
    AppendReply(reply_, id, request.method == "HEAD", request.close, connection.out);
  }
  connection.out_end = connection.out.size();
  if (outcome.ending == Ending::kTruncate) connection.out_end -= std::max<std::size_t>(1, reply_.body.size() / 2);
  if (outcome.ending == Ending::kSlow) {
    connection.pieces = kSlowPieces;
    connection.out_end = connection.out.size() - reply_.body.size();
  }
  if (outcome.delay <= Nanoseconds{0}) return Send(connection);
  Pause(connection, now_ + outcome.delay);
}

void Server::Pause(Connection& connection, Nanoseconds due) {
  timers_.push_back({due, connection.slot, connection.generation});
  std::ranges::push_heap(timers_, std::greater{});
}

void Server::Send(Connection& connection) {
  if (connection.ending == Ending::kReset) return Drop(connection, /*reset=*/true);
  connection.state = Connection::State::kSending;
  SendSome(connection);
}

void Server::SendSome(Connection& connection) {
  while (connection.out_begin < connection.out_end) {
    const ssize_t sent = send(connection.fd.get(), connection.out.data() + connection.out_begin,
                              connection.out_end - connection.out_begin, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) return Drop(connection, /*reset=*/false);
    connection.out_begin += static_cast<std::size_t>(sent);
  }
  if (connection.pieces > 0) {
    const std::size_t left = connection.out.size() - connection.out_end;
    connection.out_end += left / static_cast<std::size_t>(connection.pieces);
    --connection.pieces;
    connection.state = Connection::State::kWaiting;
    return Pause(connection, now_ + Nanoseconds(static_cast<std::int64_t>(rig_.slow_ms() * 1e6 / kSlowPieces)));
  }
  if (connection.close_after) return Drop(connection, /*reset=*/false);
  if (connection.counted) --rig_.counters().in_flight;
  connection.counted = false;
  connection.state = Connection::State::kReading;
}

void Server::FireTimers() {
  while (!timers_.empty() && timers_.front().due <= now_) {
    const Timer timer = timers_.front();
    std::ranges::pop_heap(timers_, std::greater{});
    timers_.pop_back();
    Connection& connection = *slots_[timer.slot];
    if (connection.generation != timer.generation) continue;
    Send(connection);
    // What came in meanwhile.
    if (connection.generation == timer.generation && connection.state == Connection::State::kReading &&
        (connection.readable || connection.ended || !connection.in.empty())) {
      OnReadable(connection);
    }
  }
}

void Server::KeepOutage() {
  const bool refuses = rig_.Refuses(now_);
  if (refuses == refusing_) return;
  if (refuses) {
    listener_.Close();
    search_listener_.Close();
    for (const auto& connection : slots_) {
      if (connection->fd) Drop(*connection, /*reset=*/true);
    }
    refusing_ = true;
  } else if (Listen(Door::kAws, rig_.port(), listener_) &&
             Listen(Door::kOpenSearch, rig_.search_port(), search_listener_)) {
    refusing_ = false;
  }
}

Status Server::Run(int stop_fd) {
  epoll_event stop{.events = EPOLLIN, .data = {.u64 = kStopTag}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_fd, &stop) != 0) return SystemError("epoll_ctl");
  std::array<epoll_event, 256> events;
  for (;;) {
    Nanoseconds wait = std::chrono::hours(1);
    if (!timers_.empty()) wait = std::max(Nanoseconds{0}, timers_.front().due - Monotonic());
    if (rig_.HasOwnLife()) wait = std::min(wait, kOwnLifeTick);
    const timespec timeout{.tv_sec = wait.count() / 1'000'000'000, .tv_nsec = wait.count() % 1'000'000'000};
    const int count = epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    if (count < 0 && errno != EINTR) return SystemError("epoll_pwait2");
    now_ = Monotonic();
    if (rig_.HasOwnLife() || refusing_) {
      rig_.ChangeAssets(now_);
      KeepOutage();
    }
    FireTimers();
    for (int i = 0; i < count; ++i) {
      const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
      const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      if (tag == kStopTag) return {};
      if (tag == kListenerTag || tag == kSearchTag) {
        Accept(tag == kListenerTag ? Door::kAws : Door::kOpenSearch);
        continue;
      }
      Connection& connection = *slots_[static_cast<std::uint32_t>(tag)];
      if (connection.generation != tag >> 32) continue;
      if ((what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) connection.readable = true;
      if ((what & (EPOLLRDHUP | EPOLLHUP)) != 0) connection.ended = true;
      if (connection.state == Connection::State::kSending) {
        SendSome(connection);
        if (connection.generation != tag >> 32) continue;
      }
      if (connection.state == Connection::State::kReading &&
          (connection.readable || connection.ended || !connection.in.empty())) {
        OnReadable(connection);
      }
    }
  }
}

}  // namespace vams::rig
