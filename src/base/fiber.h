#pragma once

#include <boost/context/fiber.hpp>
#include <cstddef>
#include <functional>

namespace vams {

// A function with a stack of its own, which can pause in its middle and be gone on with later by the same thread.
// What it does between two pauses must not hold a lock over a pause: the thread would wait for itself.
class Fiber {
 public:
  // `body` must not throw and is not begun yet. Its stack is 256 KiB, of which only what is used takes memory.
  explicit Fiber(std::function<void()> body);
  // Precondition: never begun, or ended.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Goes on with the body until it pauses or ends. From outside of it.
  void Resume();
  // From within the body: back to who resumed it.
  void Pause();
  bool ended() const { return ended_; }

 private:
  void Body();

  std::function<void()> body_;
  bool ended_ = false;
  boost::context::fiber inner_;
  boost::context::fiber outer_;
  // What the sanitizers are told of the two stacks; other builds have no use for it.
  [[maybe_unused]] void* inner_shadow_ = nullptr;
  [[maybe_unused]] void* outer_shadow_ = nullptr;
  [[maybe_unused]] const void* stack_bottom_ = nullptr;
  [[maybe_unused]] std::size_t stack_size_ = 0;
  [[maybe_unused]] const void* outer_bottom_ = nullptr;
  [[maybe_unused]] std::size_t outer_size_ = 0;
};

}  // namespace vams
