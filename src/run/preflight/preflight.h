#pragma once

#include <optional>

#include "base/file_lock.h"
#include "base/result.h"
#include "run/context/context.h"

namespace vams {

// Keeps a second run from writing the same embedded VAMS; a dry run and a deployment that others guard need no lock.
// kBusy names the process that holds it.
Result<std::optional<FileLock>> LockForWriting(const Options& options);

// The key of an asset that no VAMS has: to look it up, or to touch it where only existing records are, changes nothing
// and needs the same permissions.
AssetKey ProbeKey();

// Refuses a start where a table that the run will read is not there or closed to it; asks each for a key that no VAMS
// has. `documents`: also those that documents are made from. Errors name the configuration's key.
Status CheckTables(const Options& options, const Deployment& deployment, bool documents);

// Refuses a start where an index is missing or has other mappings (hazard H12): a document written then would be of no
// use to any search page.
Status CheckIndexes(const Deployment& deployment);

}  // namespace vams
