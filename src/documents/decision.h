#pragma once

#include <string>

#include "model/document.h"

namespace vams {

// What an indexer does about one asset or file, and why.
struct Decision {
  enum class Kind {
    kIndex,    // `document` whole
    kDelete,   // `document.id` only
    kSkip,     // by a rule; a success
    kInvalid,  // a request that fails upstream's checks ("validation_error")
    kError,    // cannot be made into a document
  };
  Kind kind = Kind::kSkip;
  IndexDocument document{};
  std::string rule{};     // kSkip, kInvalid, kError: short, the same for all of its class, such as "asset-absent"
  std::string message{};  // one line for people; of this one item
  // kIndex: why no event tells an indexer of it, as short as a rule; "" where nothing is in the way. Only whoever asks
  // for the cause of an absence sets it.
  std::string undelivered{};
};

}  // namespace vams
