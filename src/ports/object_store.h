#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/cursor.h"
#include "model/object.h"

namespace vams {

struct ObjectPage {
  std::vector<ObjectEntry> entries;
  std::optional<Cursor> next;  // nullopt: done
};

// Lists and inspects objects; never reads their bytes. Safe for concurrent calls.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // One page of the current objects whose keys start with `prefix` ("": all), by key in byte order, after `from`; at
  // most `limit` (1 to 1,000). Delete markers and older versions are not listed. No bucket: kNotFound. An empty page
  // with a `next` is normal.
  virtual Result<ObjectPage> List(std::string_view bucket, std::string_view prefix, const std::optional<Cursor>& from,
                                  ItemCount limit) = 0;

  // Where List goes on to give the keys after `key`, which need not be one that there is.
  virtual Cursor After(std::string_view key) const = 0;

  // What the keys of current objects that begin with `prefix` have in common up to and with the next '/' behind it: in
  // byte order, each once, each longer than `prefix`. At most 1,000 of them, and as many as come in one answer: there
  // may be more. No bucket: kNotFound. Who may List may be denied this: a policy can ask for a certain delimiter, or
  // for none (kAccessDenied); a server may have no delimiters.
  virtual Result<std::vector<std::string>> CommonPrefixes(std::string_view bucket, std::string_view prefix) = 0;

  // One answer for each object, in order. nullopt: no such object, or a delete marker is current: a success. An error
  // in an answer: that one could not be told. The outer error: none could.
  virtual Result<std::vector<Result<std::optional<ObjectHead>>>> HeadMany(std::span<const ObjectRef> objects) = 0;

  // The topics that the bucket notifies of created objects (its notification configuration). No bucket: kNotFound.
  virtual Result<std::vector<std::string>> CreatedTopics(std::string_view bucket) = 0;
};

}  // namespace vams
