#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "documents/expected_documents.h"
#include "engine/file_tasks.h"
#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/phases/replay_objects.h"
#include "run/preflight/topics.h"
#include "run/state/handled_items.h"

namespace vams {

// Carries out the tasks of the file phase on the ports of a deployment. Safe for concurrent calls.
class FileExecutor {
 public:
  // Locations and topics of the tasks are numbered as in `locations` and `topics`. `handled` may be null.
  // `only`, if not null, gives the objects instead of the listings: one list at a time then, in the order of locations,
  // which is that of ComesBefore.
  FileExecutor(const RunContext& run, const std::vector<ObjectLocation>& locations,
               const std::vector<std::string>& topics, HandledItems* handled, HandledItems* only);
  ~FileExecutor();

  FileAnswer Execute(const FileTask& task);

  // All locations have been listed: what a replay was given and lies in none of them has failed.
  Status Finish();
  // The first failures that were committed; and those that Finish found, in all the figures.
  void AddFailuresTo(PhaseReport& report);

 private:
  Result<ListAnswer> List(const ListTask& task);
  Result<NamesAnswer> Names(const NamesTask& task);
  Result<HeadAnswer> Head(const HeadTask& task);
  Result<DecideAnswer> Decide(const DecideTask& task);
  Result<PublishAnswer> Publish(const PublishTask& task);
  std::vector<TopicMessage> SpareMessages();
  Result<BacklogAnswer> Backlog(const BacklogTask& task);
  Result<Committed> Commit(const CommitTask& task);
  Decided DecideOne(const std::string& bucket, const ObjectEntry& entry, struct ClassifiedObject& object,
                    std::vector<Finding>& findings);
  void NoteFailed(const FailedObject& failed);
  void NoteElsewhere(const ObjectRef& object);

  class Lease;
  const RunContext& run_;
  const std::vector<ObjectLocation>& locations_;
  const std::vector<std::string>& topics_;
  HandledItems* handled_;
  ObjectStore& objects_;
  EventTopic& topic_;
  const std::string region_;
  Mutex mu_;
  // Look-ups are kept for the next page of a neighbour, one set for each decision that is under way.
  std::vector<std::unique_ptr<ExpectedDocuments>> expected_ GUARDED_BY(mu_);
  // Their texts' memory is used again: one for each request that was in flight at once.
  std::vector<std::vector<TopicMessage>> spare_messages_ GUARDED_BY(mu_);
  PhaseReport failures_ GUARDED_BY(mu_);
  std::uint64_t elsewhere_ GUARDED_BY(mu_) = 0;  // objects of a replay that lie in no location
  std::optional<ReplayObjects> replay_;          // of one thread at a time
};

}  // namespace vams
