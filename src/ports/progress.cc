#include "ports/progress.h"

namespace vams {

std::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kAssets: return "assets";
    case Phase::kFiles: return "files";
    case Phase::kWait: return "wait";
    case Phase::kVerify: return "verify";
    case Phase::kRepair: return "repair";
    case Phase::kRollback: return "rollback";
    case Phase::kImport: return "import";
  }
  return "";
}

}  // namespace vams
