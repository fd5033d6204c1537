#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "testing/rig/rig.h"

namespace vams::rig {

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

// HTTP/1.1 on two ports of 127.0.0.1, on one thread with epoll. On each connection one request is under way at a time;
// what a client sends ahead waits in the socket or in the connection's buffer. Delays hold a reply back, not the
// thread.
class Server {
 public:
  explicit Server(Rig& rig);
  ~Server();

  // Listens; 0 picks a free port.
  Status Open(std::uint16_t port, std::uint16_t search_port);
  // Until `stop_fd` is readable.
  Status Run(int stop_fd);

 private:
  struct Connection;
  struct Timer {
    Nanoseconds due;
    std::uint32_t slot;
    std::uint32_t generation;
    bool operator>(const Timer& other) const { return due > other.due; }
  };

  Status Listen(Door door, std::uint16_t port, Fd& into);
  void Accept(Door door);
  void Drop(Connection& connection, bool reset);
  void OnReadable(Connection& connection);
  void ReadRequests(Connection& connection);
  void StartReply(Connection& connection, const Request& request);
  void Send(Connection& connection);
  void SendSome(Connection& connection);
  void FireTimers();
  void Pause(Connection& connection, Nanoseconds due);
  void KeepOutage();

  Rig& rig_;
  Fd epoll_;
  Fd listener_;
  Fd search_listener_;
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<Timer> timers_;  // a heap, the earliest first
  Nanoseconds now_{0};
  std::uint64_t replies_ = 0;
  bool refusing_ = false;
  Reply reply_;
};

}  // namespace vams::rig
