#pragma once

#include <string>
#include <string_view>

#include "backends/open.h"
#include "base/result.h"

namespace vams::cli {

// The index that `word` names: "assets" or "files", in any case. kUsage names both.
Result<SearchIndex*> ChooseIndex(Deployment& deployment, const std::string& word);

}  // namespace vams::cli
