#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace vams {

// Says which key of two configurations differs without holding a value.

using Salt = std::array<std::uint8_t, 16>;
using ValueHash = std::array<std::uint8_t, 16>;
using ConfigurationHash = std::map<std::string, ValueHash>;  // by key

struct ConfigurationValue {
  std::string key;
  std::string value;
};

// From the operating system.
Salt SystemSalt();

// Of two values of one key the last counts.
ConfigurationHash HashConfiguration(std::span<const ConfigurationValue> values, const Salt& salt);

struct DifferingKeys {  // each in order
  std::vector<std::string> changed;
  std::vector<std::string> added;  // not in the hash
  std::vector<std::string> gone;   // in the hash alone

  bool none() const { return changed.empty() && added.empty() && gone.empty(); }
};

// `before` was made with `salt`.
DifferingKeys DifferentKeys(const ConfigurationHash& before, const Salt& salt,
                            std::span<const ConfigurationValue> values);

}  // namespace vams
