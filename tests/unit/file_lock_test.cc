#include "base/file_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "testing/temp_dir.h"

namespace vams {
namespace {

TEST(FileLock, ASecondHolderIsRefusedAndToldWhoHoldsIt) {
  TempDir dir;
  auto first = FileLock::Acquire(dir.path() / "run.lock");
  ASSERT_TRUE(first);
  const auto second = FileLock::Acquire(dir.path() / "run.lock");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos);
}

// The file is everybody's word for who held the lock last; the message is about who holds it now.
TEST(FileLock, AProcessThatHasEndedIsNotTheHolder) {
  TempDir dir;
  const auto path = dir.path() / "run.lock";
  const auto first = FileLock::Acquire(path);
  ASSERT_TRUE(first);
  const pid_t ended = fork();
  if (ended == 0) _exit(0);
  ASSERT_EQ(waitpid(ended, nullptr, 0), ended);
  std::ofstream(path) << ended << "\n";
  const auto second = FileLock::Acquire(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message.find(fmt::format("process {} holds", ended)), std::string::npos)
      << second.error().message;
}

TEST(FileLock, IsForItsOwnerAlone) {
  TempDir dir;
  const auto path = dir.path() / "run.lock";
  std::ofstream(path) << "";  // as an earlier version left it
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  ASSERT_TRUE(FileLock::Acquire(path));
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
}

TEST(FileLock, IsFreeAgainAfterItsHolder) {
  TempDir dir;
  {
    ASSERT_TRUE(FileLock::Acquire(dir.path() / "run.lock"));
  }
  EXPECT_TRUE(FileLock::Acquire(dir.path() / "run.lock"));
}

TEST(FileLock, OthersSeeThatItIsHeld) {
  TempDir dir;
  const auto path = dir.path() / "run.lock";
  EXPECT_FALSE(FileLock::IsHeld(path));
  EXPECT_FALSE(std::filesystem::exists(path)) << "looking makes nothing";
  {
    const auto lock = FileLock::Acquire(path);
    EXPECT_TRUE(FileLock::IsHeld(path));
    EXPECT_TRUE(FileLock::IsHeld(path)) << "looking takes nothing";
  }
  EXPECT_FALSE(FileLock::IsHeld(path));
  EXPECT_TRUE(FileLock::Acquire(path));
}

TEST(FileLock, WaitsForItsHolder) {
  TempDir dir;
  const auto path = dir.path() / "state.lock";
  auto first = FileLock::Acquire(path);
  ASSERT_TRUE(first);
  std::atomic<bool> held{true};
  std::jthread second([&] {
    const auto lock = FileLock::Wait(path);
    EXPECT_TRUE(lock);
    EXPECT_FALSE(held);
  });
  // In vain, where Wait does not wait, more often than not; never a failure of what is right.
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  held = false;
  first = FileLock::Acquire(dir.path() / "another.lock");  // lets go of the first
}

TEST(FileLock, SaysWhereItCannotBeMade) {
  const auto lock = FileLock::Acquire("/nonexistent/run.lock");
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find("/nonexistent/run.lock"), std::string::npos);
}

}  // namespace
}  // namespace vams
