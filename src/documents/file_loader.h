#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "documents/compatibility.h"
#include "documents/source_rows.h"
#include "documents/verdict.h"
#include "model/asset.h"
#include "model/object.h"

namespace vams {

// What an S3 record says of an object. The key is decoded.
struct ObjectNotice {
  ObjectRef object;
  bool removal = false;              // upstream's rule: the event's name holds 'Delete'
  bool unreadable_name = false;      // the event's name is no text: upstream raises where it would use it
  const ObjectHead* head = nullptr;  // where the caller knows it, no HEAD is sent
};

// A record of the metadata table, key as stored.
struct MetadataNotice {
  std::string database_id;
  std::string key;
  bool removal = false;
};

// What the file indexer is asked to do by a direct call.
struct FileRequest {
  AssetKey asset;
  std::string path;
  ObjectRef object;
  std::string operation = "index";
  bool archived = false;
};

// Of one notice. Mostly one verdict; repaired gives several where one removed object may have had several documents. An
// error: it could not be told, try again if `retryable`.
using FileVerdicts = Result<std::vector<Verdict>>;

// What is decided about an object where its document is not needed.
struct ObjectDecision {
  Decision decision;                        // kIndex: with the document's id alone
  AssetRow asset{};                         // kIndex: that the object's own metadata name
  std::optional<std::string> version_id{};  // kIndex: of the object, where known
};

// Decides about files and builds their documents, looking up everything in batches
// (docs/reference/vams-behaviour.md, 5.2 to 5.5). Keeps no state of its own: `rows` remembers. The outer error of each
// call means that nothing could be told.
class FileLoader {
 public:
  FileLoader(const SourcePorts& source, SourceRows& rows, Compatibility compatibility)
      : source_(source), rows_(rows), compatibility_(compatibility) {}

  Result<std::vector<FileVerdicts>> DecideObjects(std::span<const ObjectNotice> notices);
  // The same decisions as DecideObjects() about the objects of a listing without the documents, so the metadata table
  // is not read: of values in it that cannot be written nothing is known. An error: that object could not be told.
  // `named` as of ExpectedDocuments::DecideObjects.
  Result<std::vector<Result<ObjectDecision>>> DecideWithoutDocuments(std::string_view bucket,
                                                                     std::span<const ObjectEntry> entries,
                                                                     std::span<const AssetKey* const> named);
  Result<std::vector<FileVerdicts>> DecideMetadata(std::span<const MetadataNotice> notices);
  Result<std::vector<FileVerdicts>> DecideRequests(std::span<const FileRequest> requests);

 private:
  struct Asked;
  struct Work;
  using Heads = std::vector<Result<std::optional<ObjectHead>>>;
  bool repaired() const { return compatibility_ == Compatibility::kRepaired; }

  struct Planned;

  Result<Planned> PlanObjects(std::span<const Asked> objects);
  Result<Heads> HeadMany(std::span<const Asked> objects, std::span<const std::size_t> wanted);
  Status Finish(std::vector<Work>& work, std::vector<FileVerdicts>& verdicts);
  Result<std::vector<FileVerdicts>> DecideMetadataAsUpstream(std::span<const MetadataNotice> notices);
  Result<std::vector<FileVerdicts>> DecideMetadataRepaired(std::span<const MetadataNotice> notices);

  // Repaired only: the documents that an object without a current version, or without its asset, may have had.
  Result<std::vector<Verdict>> RemovedObject(const ObjectRef& object);
  Result<std::vector<Verdict>> RemovedAsset(const AssetKey& asset, const ObjectRef& object);

  SourcePorts source_;
  SourceRows& rows_;
  Compatibility compatibility_;
};

}  // namespace vams
