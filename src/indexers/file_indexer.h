#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "documents/compatibility.h"
#include "documents/file_loader.h"
#include "documents/source_ports.h"
#include "documents/source_rows.h"
#include "indexers/document_writer.h"
#include "indexers/outcome.h"
#include "model/change.h"
#include "ports/search_index.h"

namespace vams {

// Keeps the file index as the objects and tables are (docs/reference/vams-behaviour.md, section 5). Writes bear
// external versions taken from `clock` before the look-ups, so several indexers may serve one index. One thread at a
// time.
class FileIndexer {
 public:
  FileIndexer(const SourcePorts& source, SearchIndex& index, Compatibility compatibility, Clock& clock);

  // Does what upstream's function does when it is invoked with `event`, record after record with one write each, and
  // gives its answer, {statusCode, body}. Never fails: what goes wrong is in the answer, messages of failures are ours.
  nlohmann::ordered_json HandleEvent(const nlohmann::ordered_json& event);

  // One outcome for each notice, in order, with one look-up of each kind and one Bulk for all. Both fail where nothing
  // could be told or the fate of the writes is unknown: do it again.
  Result<std::vector<RecordOutcome>> HandleObjects(std::span<const ObjectNotice> notices);
  // Records of the metadata table; of any other table they are settled without a document.
  Result<std::vector<RecordOutcome>> HandleMetadata(std::span<const ChangeRecord> records);

 private:
  std::vector<OperationResult> Carry(Verdict verdict);
  std::vector<OperationResult> Carry(const ObjectNotice& notice);
  std::vector<OperationResult> Carry(const MetadataNotice& notice);
  std::vector<OperationResult> Carry(const FileRequest& request);
  std::vector<OperationResult> Carry(Result<std::vector<FileVerdicts>> decided, const std::string& requested,
                                     std::uint64_t version);
  Result<std::vector<RecordOutcome>> WriteAll(std::vector<FileVerdicts> decided, std::uint64_t version);
  std::uint64_t Begin();

  Compatibility compatibility_;
  SourceRows rows_;
  FileLoader loader_;
  SearchIndex& index_;
  DocumentWriter writer_;
};

}  // namespace vams
