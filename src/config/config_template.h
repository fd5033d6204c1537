#pragma once

#include <string>

namespace vams {

// The three tuning tables of the guide.
enum class TuningPreset { kSmall, kMedium, kLarge };

// The commented configuration file to fill in: names as YOUR_ placeholders, settings of the preset, further keys as
// comments. What ParseConfig reads, with no mistake but the placeholders.
std::string ConfigTemplate(TuningPreset preset);

}  // namespace vams
