#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

// JSON values as upstream's Python sees them: what is absent, what counts as false, what becomes text.
namespace vams::python {

using Json = nlohmann::ordered_json;

// bool(value).
bool IsTruthy(const Json& value);

// object.get(name): nullptr where absent. `object` must be an object.
const Json* Get(const Json& object, std::string_view name);

// A str field of a pydantic model: text stays, numbers and booleans become text; nullopt for everything else.
std::optional<std::string> AsModelText(const Json& value);
// A bool field; nullopt for what cannot be one.
std::optional<bool> AsModelBool(const Json& value);
// Whether an int field takes the value.
bool FitsModelInt(const Json& value);

// json.loads(text): nullopt where Python raises JSONDecodeError.
std::optional<Json> Loads(std::string_view text);

}  // namespace vams::python
