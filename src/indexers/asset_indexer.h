#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "documents/asset_loader.h"
#include "documents/compatibility.h"
#include "documents/source_ports.h"
#include "documents/source_rows.h"
#include "indexers/document_writer.h"
#include "indexers/outcome.h"
#include "indexers/stream_records.h"
#include "model/change.h"
#include "ports/search_index.h"

namespace vams {

// Keeps the asset index as the tables are (docs/reference/vams-behaviour.md, section 4). State comes from the tables,
// never from a record's image. Writes bear external versions taken from `clock` before the look-ups, so several
// indexers may serve one index. One thread at a time.
class AssetIndexer {
 public:
  // `tables` is needed by HandleEvent alone.
  AssetIndexer(const SourcePorts& source, SearchIndex& index, Compatibility compatibility, Clock& clock,
               StreamTableNames tables = {});

  // Does what upstream's function does when it is invoked with `event`, record after record with one write each, and
  // gives its answer, {statusCode, body}. Never fails: what goes wrong is in the answer, messages of failures are ours.
  nlohmann::ordered_json HandleEvent(const nlohmann::ordered_json& event);

  // One outcome for each record, in order, with one look-up of each kind and one Bulk for all. Records of file metadata
  // are settled without a document. Fails where nothing could be told or the fate of the writes is unknown: do it
  // again.
  Result<std::vector<RecordOutcome>> Handle(std::span<const ChangeRecord> records);

 private:
  std::vector<OperationResult> Carry(AssetNotice notice);

  Compatibility compatibility_;
  SourceRows rows_;
  AssetLoader loader_;
  SearchIndex& index_;
  DocumentWriter writer_;
  StreamTableNames tables_;
};

}  // namespace vams
