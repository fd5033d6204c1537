#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/source_ports.h"
#include "model/asset.h"
#include "model/finding.h"

// What the id of a document tells of its source. For documents that are in an index although no source was met.
namespace vams {

// `databaseId#assetId` of either kind of document id; nullopt for an id that no document has.
std::optional<AssetKey> AssetOfDocument(std::string_view id);

// For each id what names the source that would be its own (as JoinParts of an asset key, or of bucket and key), whether
// it is there or not; "" where that cannot be told, such as of a file whose asset is gone.
Result<std::vector<std::string>> LocatorsOf(IndexKind kind, const SourcePorts& source,
                                            const std::vector<std::string>& ids);

// Why a document with this id has no source; for people.
std::string WhyUnexpected(AssetTable& assets, IndexKind kind, const std::string& id);

}  // namespace vams
