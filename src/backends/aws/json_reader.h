#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace vams::aws {

// Walks JSON text without building a tree, so that a value can be had as the very bytes it was written in: documents
// come out of an index as they were sent. Each call consumes the next value and whatever space is before it; false or
// nullopt: the text is not of that shape, and the reader is of no further use. What is skipped or taken raw is looked
// at as far as it must be to find its end. One thread; the text outlives the reader.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  // Calls `member` with the name of each member; it must consume the value and tells whether that went well.
  bool Object(const std::function<bool(std::string_view name)>& member);
  // Calls `element` before each element, which it must consume.
  bool Array(const std::function<bool()>& element);
  // nullopt also where it is not UTF-8.
  std::optional<std::string> String();
  std::optional<bool> Bool();
  // A whole number that is not negative.
  std::optional<std::uint64_t> Unsigned();
  // Any value, as it stands in the text.
  std::optional<std::string_view> Raw();
  bool Skip() { return Raw().has_value(); }
  // Nothing but space is left.
  bool AtEnd();

 private:
  void SkipSpace();
  bool Take(char c);
  // Past the quote that ends the string which begins here; false: there is none.
  bool SkipString();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace vams::aws
