#include "indexers/responses.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vams {

using Json = nlohmann::ordered_json;

Json ResultsResponse(std::string_view noun, std::string_view index_name, std::span<const OperationResult> results) {
  Json list = Json::array();
  for (const OperationResult& result : results) {
    list.push_back({{"success", result.success},
                    {"message", result.message},
                    {"documentId", result.document_id.empty() ? Json() : Json(result.document_id)},
                    {"indexName", index_name},
                    {"operation", result.operation}});
  }
  const auto successes = std::ranges::count_if(results, &OperationResult::success);
  return {{"statusCode", 200},
          {"body",
           {{"message",
             fmt::format("Processed {}/{} {} indexing operations successfully", successes, results.size(), noun)},
            {"results", std::move(list)}}}};
}

Json BadRequestResponse(std::string_view message) { return {{"statusCode", 400}, {"body", {{"message", message}}}}; }

Json BrokenEventResponse() { return {{"statusCode", 500}, {"body", {{"message", "Internal Server Error"}}}}; }

}  // namespace vams
