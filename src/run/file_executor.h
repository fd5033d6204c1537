#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "documents/expected_documents.h"
#include "engine/file_tasks.h"
#include "report/migration_report.h"
#include "run/context.h"
#include "run/handled_items.h"
#include "run/topics.h"

namespace vams {

// Carries out the tasks of the file phase on the ports of a deployment. Safe for concurrent calls.
class FileExecutor {
 public:
  // Locations and topics of the tasks are numbered as in `locations` and `topics`. `handled` may be null.
  // `only`, if not null, gives the objects instead of the listings: one list at a time then, in the order of locations.
  FileExecutor(const RunContext& run, const std::vector<ObjectLocation>& locations,
               const std::vector<std::string>& topics, HandledItems* handled, HandledItems* only);
  ~FileExecutor();

  FileAnswer Execute(const FileTask& task);

  // The first failures that were committed, for the report.
  std::vector<PhaseReport::Failure> TakeFailures();

 private:
  Result<ListAnswer> List(const ListTask& task);
  Result<ListAnswer> NextOfOnly(const ObjectLocation& location);
  Result<HeadAnswer> Head(const HeadTask& task);
  Result<DecideAnswer> Decide(const DecideTask& task);
  Result<BacklogAnswer> Backlog(const BacklogTask& task);
  Result<Committed> Commit(const CommitTask& task);
  Decided DecideOne(const std::string& bucket, const ObjectEntry& entry, const struct ClassifiedObject& object,
                    std::vector<Finding>& findings);
  void NoteFailed(const FailedObject& failed);

  class Lease;
  const RunContext& run_;
  const std::vector<ObjectLocation>& locations_;
  const std::vector<std::string>& topics_;
  HandledItems* handled_;
  HandledItems* only_;               // of one thread at a time
  std::optional<ObjectRef> peeked_;  // of only_
  ObjectStore& objects_;
  EventTopic& topic_;
  const std::string region_;
  Mutex mu_;
  // Look-ups are kept for the next page of a neighbour, one set for each decision that is under way.
  std::vector<std::unique_ptr<ExpectedDocuments>> expected_ GUARDED_BY(mu_);
  PhaseReport failures_ GUARDED_BY(mu_);
};

}  // namespace vams
