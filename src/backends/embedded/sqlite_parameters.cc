#include "backends/embedded/sqlite_parameters.h"

namespace vams::embedded {

Result<std::vector<std::optional<std::string>>> SqliteParameters::GetMany(std::span<const std::string> names) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::optional<std::string>>> {
    std::vector<std::optional<std::string>> values(names.size());
    TRY_ASSIGN(Statement query, c.Prepare("SELECT value FROM parameters WHERE name=?1"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Text(1, names[i]).Step());
      if (row) values[i] = std::string(query.ColumnText(0));
    }
    return values;
  });
}

}  // namespace vams::embedded
