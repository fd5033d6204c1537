#include "cli/version.h"

namespace vams::cli {

const std::string_view kVersion = VAMS_VERSION;

}  // namespace vams::cli
