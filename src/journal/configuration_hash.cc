#include "journal/configuration_hash.h"

#include <algorithm>
#include <random>
#include <string_view>

#include "base/digest.h"
#include "journal/wire.h"

namespace vams {
namespace {

ValueHash HashOf(const ConfigurationValue& v, const Salt& salt) {
  std::string text(salt.begin(), salt.end());
  // With its length, so that no two pairs of key and value are the same bytes.
  AppendU64(text, v.key.size());
  text.append(v.key).append(v.value);
  const auto whole = Sha256(text);
  ValueHash hash{};
  std::copy_n(whole.begin(), hash.size(), hash.begin());
  return hash;
}

}  // namespace

Salt SystemSalt() {
  Salt salt{};
  std::random_device device;
  std::generate(salt.begin(), salt.end(), [&] { return static_cast<std::uint8_t>(device()); });
  return salt;
}

ConfigurationHash HashConfiguration(std::span<const ConfigurationValue> values, const Salt& salt) {
  ConfigurationHash hash;
  for (const ConfigurationValue& v : values) hash[v.key] = HashOf(v, salt);
  return hash;
}

DifferingKeys DifferentKeys(const ConfigurationHash& before, const Salt& salt,
                            std::span<const ConfigurationValue> values) {
  DifferingKeys differing;
  const ConfigurationHash now = HashConfiguration(values, salt);
  for (const auto& [key, hash] : now) {
    const auto was = before.find(key);
    if (was == before.end()) {
      differing.added.push_back(key);
    } else if (was->second != hash) {
      differing.changed.push_back(key);
    }
  }
  for (const auto& [key, hash] : before) {
    if (!now.contains(key)) differing.gone.push_back(key);
  }
  return differing;
}

}  // namespace vams
