#include "run/indexing/indexer_step.h"

#include <utility>

#include "base/text.h"
#include "indexers/partial_write.h"

namespace vams {

BackgroundWorker::Step TellingStep(Log& log, std::string name, std::string parked_where,
                                   std::function<Result<StepCounts>()> step) {
  return [&log, name = std::move(name), parked_where = std::move(parked_where),
          step = std::move(step)]() -> Result<std::uint64_t> {
    TRY_ASSIGN(const StepCounts counts, step());
    if (counts.parked > 0) log.Warning("The {} set {} records aside: see {}", name, counts.parked, parked_where);
    for (const PartialDocument& document : counts.partial) {
      log.Warning("{}: {} ({})", Printable(document.id), RefusalCause(document.fields), RefusalDetail(document.fields));
    }
    // What only comes again is no progress: without a pause it would be asked for without end.
    return counts.taken > counts.again ? counts.taken : 0;
  };
}

}  // namespace vams
