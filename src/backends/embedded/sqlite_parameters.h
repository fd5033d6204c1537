#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/parameters.h"

namespace vams::embedded {

class SqliteParameters final : public Parameters {
 public:
  explicit SqliteParameters(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> names) override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
