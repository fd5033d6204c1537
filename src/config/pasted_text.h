#pragma once

#include <optional>
#include <string>
#include <string_view>

// What a value brings along when it is pasted or when a shell variable is empty. Names of resources, ids and paths have
// no invisible character and no quotation mark at their ends, so one there is a mistake.
namespace vams {

// Nothing, or nothing but invisible characters and quotation marks.
bool IsBlank(std::string_view text);

// The complaint about a value that IsBlank; nullopt: it is none.
std::optional<std::string> WhyBlank(std::string_view text);

// "a no-break space (U+00A0) at its end": the first such character at either end; nullopt: there is none.
std::optional<std::string> StrayCharacter(std::string_view text);

// In quotes, with what cannot be seen written as its code.
std::string QuotedValue(std::string_view text);

}  // namespace vams
