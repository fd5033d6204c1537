#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "documents/decision.h"

namespace vams {

// How far upstream's handler had come when it failed: its answer names the operation accordingly
// (docs/reference/vams-behaviour.md, 3.1).
enum class FailureStage {
  kEvent,    // while the event was read: operation 'error'
  kRequest,  // while the request was carried out: the requested word
  kSend,     // the document was complete but could not be sent: the requested word and the document's id
};

struct Verdict {
  Decision decision;
  FailureStage stage = FailureStage::kRequest;  // kError only
};

inline Verdict SkipVerdict(std::string_view rule, std::string_view message) {
  return {{.kind = Decision::Kind::kSkip, .document = {}, .rule = std::string(rule), .message = std::string(message)}};
}

inline Verdict InvalidVerdict(std::string_view rule, std::string_view message) {
  return {
      {.kind = Decision::Kind::kInvalid, .document = {}, .rule = std::string(rule), .message = std::string(message)}};
}

inline Verdict ErrorVerdict(FailureStage stage, std::string_view rule, std::string message) {
  return {{.kind = Decision::Kind::kError, .document = {}, .rule = std::string(rule), .message = std::move(message)},
          stage};
}

inline Verdict DeleteVerdict(std::string id, std::string_view rule, std::string_view message) {
  return {{.kind = Decision::Kind::kDelete,
           .document = {.id = std::move(id), .body = {}},
           .rule = std::string(rule),
           .message = std::string(message)}};
}

inline Verdict IndexVerdict(IndexDocument document, std::string_view message) {
  return {
      {.kind = Decision::Kind::kIndex, .document = std::move(document), .rule = {}, .message = std::string(message)}};
}

}  // namespace vams
