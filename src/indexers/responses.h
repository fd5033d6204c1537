#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "indexers/outcome.h"

// What upstream's handlers answer (docs/reference/vams-behaviour.md, 3.1): {statusCode, body}.
namespace vams {

// `noun` is "asset" or "file".
nlohmann::ordered_json ResultsResponse(std::string_view noun, std::string_view index_name,
                                       std::span<const OperationResult> results);
// Status 400: a direct call that lacks fields or has wrong ones.
nlohmann::ordered_json BadRequestResponse(std::string_view message);
// Status 500: the event's shape breaks the loop.
nlohmann::ordered_json BrokenEventResponse();

}  // namespace vams
