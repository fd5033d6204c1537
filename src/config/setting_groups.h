#pragma once

#include <span>
#include <string_view>

#include "config/settings.h"

// Words that the tables of settings share.
namespace vams::setting_groups {

constexpr unsigned Bit(CommandKind kind) { return static_cast<unsigned>(kind); }
inline constexpr unsigned kSends = Bit(CommandKind::kRun) | Bit(CommandKind::kReindex);
inline constexpr unsigned kSendsOrVerifies = kSends | Bit(CommandKind::kVerify);
inline constexpr unsigned kWrites = kSends | Bit(CommandKind::kRollback);
inline constexpr unsigned kWorks = kWrites | Bit(CommandKind::kVerify);
inline constexpr unsigned kOpens =
    kWorks | Bit(CommandKind::kIndexes) | Bit(CommandKind::kIndexer) | Bit(CommandKind::kDoctor);
inline constexpr unsigned kOpensAny = kOpens | Bit(CommandKind::kLocal);
inline constexpr unsigned kEvery = kOpensAny | Bit(CommandKind::kPlain) | Bit(CommandKind::kRuns);
inline constexpr unsigned kMigrateOnly = Bit(CommandKind::kRun) | Bit(CommandKind::kVerify);

inline constexpr std::string_view kWhich = "Which VAMS";
inline constexpr std::string_view kPlainText = "a text";

}  // namespace vams::setting_groups

namespace vams {

// What a deployment on AWS and its parts are called.
std::span<const Setting> NamesOnAws();

}  // namespace vams
