#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/aws/search/opensearch_client.h"
#include "ports/search_index.h"

namespace vams::aws {

// Lets a provisioned domain parse documents against the mapping of an index by asking for the term vectors of
// artificial documents: a read that goes through the same parser as a write, and leaves no document, no field
// (docs/decisions/ 0005-opensearch.md). `path`: of the index, percent-encoded.
//
// One answer for each body, as SearchIndex::RefusedFields but for texts that are too long as one word. kUnknown: this
// service does not offer it or these credentials may not use it.
Result<std::vector<std::vector<RefusedField>>> ReplayDocuments(const OpenSearchClient& client, const std::string& path,
                                                               std::span<const std::string> bodies);

// What the reply to one request says of each of the documents: nullopt where it is taken.
Result<std::vector<std::optional<RefusedField>>> ReadReplay(const HttpReply& reply, const Call& call,
                                                            std::span<const std::string> bodies);

}  // namespace vams::aws
