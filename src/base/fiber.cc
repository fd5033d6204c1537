#include "base/fiber.h"

#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define VAMS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VAMS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define VAMS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VAMS_TSAN 1
#endif
#endif
#ifdef VAMS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef VAMS_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace vams {
namespace {

constexpr std::size_t kStack = 256 << 10;

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)) {
  boost::context::protected_fixedsize_stack allocator(kStack);
  const boost::context::stack_context stack = allocator.allocate();
  stack_size_ = stack.size;
  stack_bottom_ = static_cast<const char*>(stack.sp) - stack.size;
#ifdef VAMS_TSAN
  inner_shadow_ = __tsan_create_fiber(0);
#endif
  inner_ = boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack),
                                 allocator, [this](boost::context::fiber&& outer) {
                                   outer_ = std::move(outer);
                                   Body();
                                   return std::move(outer_);
                                 });
}

Fiber::~Fiber() {
#ifdef VAMS_TSAN
  __tsan_destroy_fiber(inner_shadow_);
#endif
}

void Fiber::Body() {
#ifdef VAMS_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &outer_bottom_, &outer_size_);
#endif
  body_();
  ended_ = true;
#ifdef VAMS_ASAN
  __sanitizer_start_switch_fiber(nullptr, outer_bottom_, outer_size_);
#endif
#ifdef VAMS_TSAN
  __tsan_switch_to_fiber(outer_shadow_, 0);
#endif
}

void Fiber::Resume() {
#ifdef VAMS_ASAN
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, stack_bottom_, stack_size_);
#endif
#ifdef VAMS_TSAN
  outer_shadow_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(inner_shadow_, 0);
#endif
  inner_ = std::move(inner_).resume();
#ifdef VAMS_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

void Fiber::Pause() {
#ifdef VAMS_ASAN
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, outer_bottom_, outer_size_);
#endif
#ifdef VAMS_TSAN
  __tsan_switch_to_fiber(outer_shadow_, 0);
#endif
  outer_ = std::move(outer_).resume();
#ifdef VAMS_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, &outer_bottom_, &outer_size_);
#endif
}

}  // namespace vams
