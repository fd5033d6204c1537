#pragma once

#include <string>
#include <string_view>

namespace vams::rig {

// Where the object of an S3-shaped event lies, as an indexer reads it: the key with its encoding undone.
struct EventObject {
  std::string bucket;
  std::string key;
};

// Reads the first record's bucket and key without building the JSON. False: the message names none.
bool ReadEventObject(std::string_view message, EventObject& object);

}  // namespace vams::rig
