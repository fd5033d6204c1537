#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

#include "journal/journal_batch.h"

namespace vams {

// Keys of a small alphabet, so that intervals meet, touch and overlap.
inline rc::Gen<std::string> SmallKey() {
  return rc::gen::resize(3, rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xff"))));
}

// Any at all: empty, reversed, without an end.
inline rc::Gen<KeyInterval> AnyInterval() {
  return rc::gen::build<KeyInterval>(
      rc::gen::set(&KeyInterval::after, SmallKey()),
      rc::gen::set(&KeyInterval::to,
                   rc::gen::weightedOneOf<std::optional<std::string>>(
                       {{9, rc::gen::map(SmallKey(), [](std::string s) { return std::optional(std::move(s)); })},
                        {1, rc::gen::just(std::optional<std::string>())}})));
}

inline rc::Gen<KeyInterval> InhabitedInterval() {
  return rc::gen::suchThat(AnyInterval(), [](const KeyInterval& i) { return !i.empty(); });
}

inline rc::Gen<std::string> AnyBytes() { return rc::gen::arbitrary<std::string>(); }

// One that CheckBatch accepts; small, for how many of them a property sees matters more.
inline rc::Gen<JournalBatch> AnyBatch() {
  using rc::gen::container;
  const auto keys = rc::gen::build<ConfirmedKeys>(
      rc::gen::set(&ConfirmedKeys::location,
                   rc::gen::build<FileLocation>(rc::gen::set(&FileLocation::bucket, SmallKey()),
                                                rc::gen::set(&FileLocation::prefix, AnyBytes()))),
      rc::gen::set(&ConfirmedKeys::intervals, container<std::vector<KeyInterval>>(InhabitedInterval())));
  const auto segment = rc::gen::exec([] {
    const auto total = *rc::gen::inRange<std::uint32_t>(1, 5);
    ConfirmedSegment s{total, *rc::gen::inRange<std::uint32_t>(0, total), std::nullopt};
    if (*rc::gen::arbitrary<bool>()) s.cursor = Cursor{*AnyBytes()};
    return s;
  });
  const auto counter = rc::gen::build<JournalText>(rc::gen::set(&JournalText::name, SmallKey()),
                                                   rc::gen::set(&JournalText::value, AnyBytes()));
  const auto side = rc::gen::build<SideFileLength>(
      rc::gen::set(&SideFileLength::name, rc::gen::elementOf(std::vector<std::string>{"findings", "failed", "x.y"})),
      rc::gen::set(&SideFileLength::bytes, rc::gen::arbitrary<std::uint64_t>()));
  const auto phase = rc::gen::exec([] {
    return PhaseChange{static_cast<JournalPhase>(*rc::gen::inRange(1, 5)),
                       static_cast<PhaseState>(*rc::gen::inRange(1, 3))};
  });
  const auto end =
      rc::gen::exec([] { return RunEnd{UtcTime(Duration(*rc::gen::arbitrary<std::int64_t>())), *AnyBytes()}; });
  return rc::gen::resize(8, rc::gen::build<JournalBatch>(
                                rc::gen::set(&JournalBatch::files, container<std::vector<ConfirmedKeys>>(keys)),
                                rc::gen::set(&JournalBatch::assets, container<std::vector<ConfirmedSegment>>(segment)),
                                rc::gen::set(&JournalBatch::counters, container<std::vector<JournalText>>(counter)),
                                rc::gen::set(&JournalBatch::side_files, container<std::vector<SideFileLength>>(side)),
                                rc::gen::set(&JournalBatch::phases, container<std::vector<PhaseChange>>(phase)),
                                rc::gen::set(&JournalBatch::ended, rc::gen::exec([end]() -> std::optional<RunEnd> {
                                  if (*rc::gen::arbitrary<bool>()) return *end;
                                  return std::nullopt;
                                }))));
}

}  // namespace vams
