#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "documents/asset_loader.h"
#include "documents/compatibility.h"
#include "documents/file_loader.h"
#include "documents/verdict.h"
#include "model/change.h"

namespace vams {

// The tables' names, or parts of them, by which the ARN of a stream tells its table. In the order of the fields.
struct StreamTableNames {
  std::string assets;
  std::string metadata;
  std::string links;
};

// The image of one stream record: OldImage of a removal, else NewImage. A view of a JSON record or of a ChangeRecord,
// which must outlive it. Source: docs/reference/vams-behaviour.md, 4.1.
class RecordImage {
 public:
  // A verdict where the record is passed over, or where upstream raises. Repaired takes the keys of a removal without
  // an image.
  static std::variant<RecordImage, Verdict> Of(const nlohmann::ordered_json& record, Compatibility compatibility);
  static std::variant<RecordImage, Verdict> Of(const ChangeRecord& record, Compatibility compatibility);

  // What upstream gets for image.get(name, {}).get('S').
  struct Text {
    enum class Kind {
      kNone,       // absent, empty or of another type
      kText,       // `text`
      kNoText,     // a number or a boolean where text belongs: `text` is what a model makes of it
      kContainer,  // an object or a list where text belongs: `text` is its JSON
      kBroken,     // a form at which upstream raises
    };
    Kind kind = Kind::kNone;
    std::string text;
  };
  Text Get(std::string_view name) const;
  bool removal() const { return removal_; }

 private:
  RecordImage(const nlohmann::ordered_json* json, const Item* item, bool removal)
      : json_(json), item_(item), removal_(removal) {}

  const nlohmann::ordered_json* json_;
  const Item* item_;
  bool removal_;
};

// What a record of each table asks of the asset indexer: requests in order, or a verdict without any.
using AssetNotice = std::variant<std::vector<AssetRequest>, Verdict>;
AssetNotice ReadAssetRecord(const RecordImage& image);
AssetNotice ReadLinkRecord(const RecordImage& image);
AssetNotice ReadMetadataRecordForAssets(const RecordImage& image, Compatibility compatibility);

// What a metadata record asks of the file indexer.
std::variant<MetadataNotice, Verdict> ReadMetadataRecordForFiles(const RecordImage& image);

}  // namespace vams
