#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang checks these annotations (-Wthread-safety); other compilers see nothing.
#if defined(__clang__)
#define VAMS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define VAMS_THREAD_ANNOTATION(x)
#endif
#define CAPABILITY(x) VAMS_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY VAMS_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) VAMS_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) VAMS_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) VAMS_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) VAMS_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define EXCLUDES(...) VAMS_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS VAMS_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace vams {

class CAPABILITY("mutex") Mutex {
 public:
  void Lock() ACQUIRE() { mu_.lock(); }
  void Unlock() RELEASE() { mu_.unlock(); }
  std::mutex& native() { return mu_; }

 private:
  std::mutex mu_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ACQUIRE(mu) : lock_(mu.native()) {}
  ~MutexLock() RELEASE() = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

// Wait in a loop that tests the condition: wake-ups may be spurious.
class CondVar {
 public:
  void Wait(MutexLock& lock) { cv_.wait(lock.native()); }
  template <class Rep, class Period>
  void WaitFor(MutexLock& lock, std::chrono::duration<Rep, Period> d) {
    cv_.wait_for(lock.native(), d);
  }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace vams
