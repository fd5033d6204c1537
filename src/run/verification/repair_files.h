#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/rate_limiter.h"
#include "base/result.h"
#include "documents/expected_documents.h"
#include "indexers/file_indexer.h"
#include "run/context/context.h"
#include "run/preflight/topics.h"

namespace vams {

// Brings files into the index again: by an event where that does no harm, else directly, with the document that the
// indexers would make. One thread.
class FileRepairer {
 public:
  struct Counts {
    std::uint64_t published = 0;
    std::uint64_t indexed = 0;  // directly
  };
  using OnFailure = std::function<void(const ObjectRef& object, const Error& error)>;

  FileRepairer(const RunContext& run, const FileTargets& targets, OnFailure on_failure);

  // What fails is told one by one; objects that are gone meanwhile need nothing. An error: the batch was not handled,
  // or not all of it.
  Status Repair(const std::vector<ObjectRef>& objects);
  const Counts& counts() const { return counts_; }

 private:
  Status RepairIn(const std::string& bucket, const std::vector<ObjectEntry>& entries);
  Status Publish(const std::string& bucket, const std::vector<const ObjectEntry*>& entries);
  Status IndexDirectly(std::vector<ObjectRef> objects);

  const RunContext& run_;
  const FileTargets& targets_;
  OnFailure on_failure_;
  ExpectedDocuments expected_;
  FileIndexer indexer_;
  std::optional<RateLimiter> pace_;
  Counts counts_;
};

}  // namespace vams
