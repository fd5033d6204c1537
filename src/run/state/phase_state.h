#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/asset_flow.h"
#include "engine/file_tasks.h"
#include "report/migration_report.h"

namespace vams {

// Figures as texts for the journal, and back. kCorrupt: not such a text.
std::string ToText(const AssetTotals& totals);
std::string ToText(const FileTotals& totals);
std::string ToText(const PhaseReport& report);
Result<AssetTotals> AssetTotalsFrom(std::string_view text);
Result<FileTotals> FileTotalsFrom(std::string_view text);
Result<PhaseReport> PhaseReportFrom(std::string_view text);

// The record of a segment's page up to which all is settled; "" none.
std::string ToText(const std::optional<AssetKey>& key);
std::optional<AssetKey> AssetKeyFrom(std::string_view text);

}  // namespace vams
