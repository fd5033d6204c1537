#pragma once

namespace vams {

// Whose decisions are expected where the deployed indexers decide wrongly (docs/differences.md). The documents' ids,
// fields and values are the same in both; this is the one switch.
enum class Compatibility { kUpstream, kRepaired };

}  // namespace vams
