#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/flow_note.h"
#include "engine/pace.h"

namespace vams {

// A service as a flow sees it: its pace, fed by what comes of each request, and the notes for people when it goes down
// or comes back.
class Resource {
 public:
  Resource(std::string name, const PaceLimits& limits) : name_(std::move(name)), pace_(limits) {}

  Pace& pace() { return pace_; }
  const Pace& pace() const { return pace_; }

  void OnDone(Duration now, Duration started, std::size_t units, std::vector<FlowNote>& notes) {
    const bool was_down = pace_.down();
    pace_.OnDone(now, started, units);
    Note(was_down, nullptr, notes);
  }

  // `delivered`: of a request that failed in part.
  FailureClass OnFailure(const Error& error, Duration now, Duration started, std::size_t units,
                         std::vector<FlowNote>& notes, std::size_t delivered = 0) {
    const FailureClass cls = ClassOf(error);
    const bool was_down = pace_.down();
    switch (cls) {
      case FailureClass::kThrottled: pace_.OnThrottled(now, started, units, delivered); break;
      case FailureClass::kNoAnswer: pace_.OnNoAnswer(now); break;
      case FailureClass::kUnreadable:
      case FailureClass::kRefused: pace_.OnRefused(); break;
    }
    Note(was_down, &error, notes);
    return cls;
  }

 private:
  void Note(bool was_down, const Error* error, std::vector<FlowNote>& notes) const {
    if (pace_.down() == was_down) return;
    FlowNote note{.kind = was_down ? FlowNote::Kind::kUp : FlowNote::Kind::kDown, .resource = name_};
    if (!was_down && error != nullptr) note.error = *error;
    notes.push_back(std::move(note));
  }

  std::string name_;
  Pace pace_;
};

}  // namespace vams
