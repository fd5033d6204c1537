#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/console_log.h"
#include "report/phase_pace.h"
#include "report/progress_printers.h"
#include "testing/fake_clock.h"

namespace vams {
namespace {

using namespace std::chrono_literals;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

class LinesLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view line) override {
    if (level >= LogLevel::kInfo) lines.emplace_back(line);
  }
  bool Enabled(LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

TEST(ConsoleLog, WritesTheGuidesForm) {
  std::ostringstream out;
  ConsoleLog log(out, LogLevel::kInfo, nullptr);
  log.Info("Found {} assets to reindex", 5000);
  EXPECT_THAT(out.str(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} - INFO - Found 5000 "
                                      "assets to reindex\n"));
}

TEST(ConsoleLog, KnowsPythonsLevelsAndLeavesOutLowerOnes) {
  std::ostringstream out;
  ConsoleLog log(out, LogLevel::kWarning, nullptr);
  log.Debug("d");
  log.Info("i");
  log.Warning("w");
  log.Error("e");
  log.Write(LogLevel::kCritical, "c");
  EXPECT_THAT(out.str(), MatchesRegex(".* - WARNING - w\n.* - ERROR - e\n.* - CRITICAL - c\n"));
}

TEST(ConsoleLog, AKeyCannotForgeALine) {
  std::ostringstream out;
  ConsoleLog log(out, LogLevel::kDebug, nullptr);
  log.Debug("key {}", "a\n2024-01-15 10:00:00 - INFO - all good\xFF");
  EXPECT_THAT(out.str(), EndsWith(" - DEBUG - key a\\x0a2024-01-15 10:00:00 - INFO - all good\\xff\n"));
}

TEST(ConsoleLog, StepsAroundTheStatusLine) {
  std::ostringstream terminal;
  StatusLine line(terminal);
  ConsoleLog log(terminal, LogLevel::kInfo, &line);
  line.Show("assets 5");
  log.Info("hello");
  EXPECT_THAT(terminal.str(), MatchesRegex("\rassets 5\x1b\\[K\r\x1b\\[K.* - INFO - hello\n\rassets 5\x1b\\[K"));
}

TEST(PhasePace, TellsRateAndTimeLeft) {
  PhasePace pace;
  pace.Start(0s, 1000);
  EXPECT_EQ(pace.TimeLeft(), std::nullopt);
  pace.Advance(1s, {.done = 100});
  EXPECT_DOUBLE_EQ(pace.rate(), 100);
  EXPECT_EQ(pace.TimeLeft(), Duration(9s));
  EXPECT_EQ(DescribePace(pace), "100 of 1,000 (10 %), 100/s, 0:09 left");
  pace.Advance(2s, {.done = 195, .failed = 2, .skipped = 3, .throttled = 4});
  EXPECT_EQ(DescribePace(pace), "200 of 1,000 (20 %), 100/s, 2 failed, 3 skipped, 4 throttled, 0:08 left");
}

TEST(PhasePace, AnEstimateThatWasTooLowShowsNoMoreThanAll) {
  PhasePace pace;
  pace.Start(0s, 10);
  pace.Advance(1s, {.done = 20});
  EXPECT_EQ(DescribePace(pace), "20 of 20 (100 %), 20/s");
}

TEST(PhasePace, TimeSpansForPeople) {
  EXPECT_EQ(FormatTimeSpan(0s), "0:00");
  EXPECT_EQ(FormatTimeSpan(3500ms), "0:04");
  EXPECT_EQ(FormatTimeSpan(3723s), "1:02:03");
  EXPECT_EQ(FormatRate(3.21), "3.2/s");
  EXPECT_EQ(FormatRate(9800.4), "9,800/s");
}

TEST(BarProgress, OverwritesOneLineThatFits) {
  FakeClock clock;
  std::ostringstream terminal;
  StatusLine line(terminal);
  BarProgress bar(line, 50, clock);
  bar.OnPhaseStarted(Phase::kFiles, 50000);
  terminal.str("");
  clock.SleepFor(50ms);
  bar.OnAdvanced(Phase::kFiles, {.done = 10});
  EXPECT_THAT(terminal.str(), IsEmpty()) << "at most ten times a second";
  clock.SleepFor(950ms);
  bar.OnAdvanced(Phase::kFiles, {.done = 25000, .throttled = 12345});
  EXPECT_EQ(terminal.str(), "\rfiles    [##########..........] 25,000 of 50,000 \x1b[K");
  terminal.str("");
  bar.OnPhaseFinished(Phase::kFiles, {.done = 50000}, 2s);
  EXPECT_EQ(terminal.str(), "\r\x1b[Kfiles    50,000 in 2.0 s (25,000/s)\n");
}

TEST(LogProgress, WritesAtMostEverySecondAndAtLeastEveryTen) {
  FakeClock clock;
  LinesLog log;
  LogProgress progress(log, clock);
  progress.OnPhaseStarted(Phase::kAssets, 5000);
  for (int i = 1; i <= 9; ++i) {
    clock.SleepFor(100ms);
    progress.OnAdvanced(Phase::kAssets, {.done = static_cast<std::uint64_t>(10 * i)});
  }
  EXPECT_THAT(log.lines, IsEmpty());
  clock.SleepFor(100ms);
  progress.OnAdvanced(Phase::kAssets, {.done = 100});
  EXPECT_THAT(log.lines, ElementsAre("assets: 100 of 5,000 (2 %), 100/s, 0:49 left"));
  std::vector<std::size_t> lines_at;
  for (int second = 0; second < 60; ++second) {
    clock.SleepFor(1s);
    progress.OnAdvanced(Phase::kAssets, {.done = static_cast<std::uint64_t>(200 + second)});
    lines_at.push_back(log.lines.size());
  }
  for (std::size_t i = 10; i < lines_at.size(); ++i) EXPECT_GT(lines_at[i], lines_at[i - 10]);
  EXPECT_LT(log.lines.size(), 15u);
}

TEST(LogProgress, SaysEveryTenSecondsThatNothingMoves) {
  FakeClock clock;
  LinesLog log;
  LogProgress progress(log, clock);
  progress.OnPhaseStarted(Phase::kWait, 0);
  for (int second = 0; second < 30; ++second) {
    clock.SleepFor(1s);
    progress.OnAdvanced(Phase::kWait, {});
  }
  EXPECT_EQ(log.lines.size(), 3u);
}

TEST(JsonProgress, OneObjectALine) {
  FakeClock clock;
  std::ostringstream out;
  JsonProgress progress(out, clock);
  progress.OnPhaseStarted(Phase::kFiles, 100);
  clock.SleepFor(500ms);
  progress.OnAdvanced(Phase::kFiles, {.done = 25});
  clock.SleepFor(500ms);
  progress.OnAdvanced(Phase::kFiles, {.done = 50});
  progress.OnPhaseFinished(Phase::kFiles, {.done = 100}, 2s);
  std::istringstream lines(out.str());
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0]["event"], "started");
  EXPECT_EQ(objects[0]["rate"], nullptr);
  EXPECT_EQ(objects[1]["event"], "advanced");
  EXPECT_EQ(objects[1]["done"], 50);
  EXPECT_EQ(objects[1]["expected"], 100);
  EXPECT_EQ(objects[1]["seconds"], 1.0);
  EXPECT_EQ(objects[2]["event"], "finished");
  EXPECT_EQ(objects[2]["phase"], "files");
  EXPECT_EQ(objects[2]["done"], 100);
}

}  // namespace
}  // namespace vams
