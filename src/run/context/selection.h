#pragma once

#include "config/options.h"
#include "model/asset.h"
#include "model/object.h"
#include "source/object_scan.h"

namespace vams {

bool Selects(const Selection& selection, const AssetKey& key);
// Whether anything of `location` can be selected.
bool Selects(const Selection& selection, const ObjectLocation& location);
// `entry` lies in a selected location. Its asset is told by its user metadata; without `head` it may be selected,
// which MaySelectDocument() tells once the document id is known.
bool Selects(const Selection& selection, const ObjectEntry& entry);
// Whether a document with this id may belong to the selection, as far as the id tells.
bool MaySelectDocument(const Selection& selection, std::string_view document_id);
// "everything", or what narrows it, for people.
std::string Describe(const Selection& selection);

}  // namespace vams
