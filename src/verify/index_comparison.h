#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "verify/external_sorter.h"

namespace vams {

// Compares what should be in an index with what is in it, every id, both ways, in bounded memory. One thread may add
// the expected documents while another adds the actual ones; Compare() comes after both.
class IndexComparison {
 public:
  // `memory` bounds each of the two sides; `directory` must exist.
  IndexComparison(const std::filesystem::path& directory, const std::string& name, Bytes memory);

  // `body` in canonical form. `locator` is given back with a finding, so that the document can be made again; opaque
  // here. Two sources may have one id: a document that equals either is right.
  Status AddExpected(std::string_view id, std::string_view body, std::string_view locator);
  // `body` in any form. One that is no JSON object differs from everything.
  Status AddActual(std::string_view id, std::string_view body);

  // Called in the order of ids. An error ends the comparison and is its result.
  struct Visitor {
    std::function<Status(std::string_view id)> same;
    std::function<Status(std::string_view id, std::string_view locator)> missing;
    std::function<Status(std::string_view id, std::string_view locator)>
        differs;  // by the bytes: may still mean the same
    std::function<Status(std::string_view id)> unexpected;
  };
  Status Compare(const Visitor& visitor);

 private:
  ExternalSorter expected_;
  ExternalSorter actual_;
};

}  // namespace vams
