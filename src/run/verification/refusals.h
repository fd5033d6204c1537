#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/search_index.h"
#include "run/context/context.h"

namespace vams {

// Tells which fields of documents an index does not take. First by asking it, which writes nothing; with `explain` also
// by writing the documents that this leaves open into a scratch index with the same definition, made when first needed
// and dropped at the end (deployment hazard H9): that finds also what only a write does, and works where the index
// cannot be asked. One thread.
class Refusals {
 public:
  Refusals(const RunContext& run, SearchIndex& index);
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;
  ~Refusals();

  // One answer for each body, in order; none: nothing of it is known to be refused. What cannot be told is logged once
  // and no error: a verdict without a cause is still one.
  std::vector<std::vector<RefusedField>> Of(const std::vector<std::string>& bodies);

 private:
  void Replay(const std::vector<std::string>& bodies, std::vector<std::vector<RefusedField>>& refused);
  Status MakeScratch();
  void CannotTell(const Error& error);

  const RunContext& run_;
  SearchIndex& index_;
  std::unique_ptr<SearchIndex> scratch_;
  bool scratch_failed_ = false;
  bool told_ = false;
};

}  // namespace vams
