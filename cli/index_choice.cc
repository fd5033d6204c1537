#include "cli/index_choice.h"

#include "base/text.h"

namespace vams::cli {

Result<SearchIndex*> ChooseIndex(Deployment& deployment, const std::string& word) {
  const std::string name = AsciiLower(word);
  if (name == "assets") return deployment.asset_index.get();
  if (name == "files") return deployment.file_index.get();
  return Fail(ErrorCode::kUsage, "which index? expected assets or files, found '{}'", Printable(word));
}

}  // namespace vams::cli
