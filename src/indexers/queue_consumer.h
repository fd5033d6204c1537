#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "documents/compatibility.h"
#include "documents/source_ports.h"
#include "indexers/file_indexer.h"
#include "indexers/step_counts.h"
#include "ports/event_queue.h"
#include "ports/search_index.h"

namespace vams {

struct QueueConsumerOptions {
  ItemCount batch{1000};                           // messages of a step, 1 to 1,000
  Duration visibility = std::chrono::seconds(60);  // how long a step may take before its messages come again
  std::uint32_t max_receives = 5;                  // a message that still cannot be handled then is parked
};

// The file indexer as a service: takes messages, indexes what they ask for, and deletes those whose documents are
// durably as they should be. What cannot be handled now is left to come again; what never can be is parked with the
// reason. Several processes may consume one queue. One thread at a time.
class QueueConsumer {
 public:
  QueueConsumer(EventQueue& queue, const SourcePorts& source, SearchIndex& file_index, Compatibility compatibility,
                Clock& clock, QueueConsumerOptions options = {});

  // One batch; never sleeps. An error: nothing of the batch is lost, all of it comes again.
  Result<StepCounts> Step();

 private:
  EventQueue& queue_;
  FileIndexer indexer_;
  QueueConsumerOptions options_;
};

}  // namespace vams
