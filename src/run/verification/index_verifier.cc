#include "run/verification/index_verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "indexers/partial_write.h"
#include "run/context/selection.h"
#include "verify/document_diff.h"

namespace vams {
namespace {

constexpr Bytes kSideMemory{1 << 20};
constexpr std::uint64_t kScanPage = 1000;
constexpr std::size_t kRecheckBatch = 200;
constexpr std::size_t kFieldsNamed = 3;
constexpr int kMostLooks = 5;  // at a source that changes whenever it is looked at

std::string FieldsCause(const std::vector<FieldDifference>& differences) {
  if (differences.size() > kFieldsNamed) return fmt::format("{} fields differ", differences.size());
  std::string names;
  for (const FieldDifference& d : differences) names += (names.empty() ? "" : ", ") + d.field;
  return fmt::format("{} {} {}", differences.size() == 1 ? "field" : "fields", names,
                     differences.size() == 1 ? "differs" : "differ");
}

std::string FieldsDetail(const std::vector<FieldDifference>& differences) {
  constexpr std::size_t kLongest = 120;
  const auto cut = [](const std::string& json) {
    return json.empty() ? std::string("absent") : json.size() > kLongest ? json.substr(0, kLongest) + "..." : json;
  };
  std::string detail;
  for (const FieldDifference& d : differences) {
    if (!detail.empty()) detail += "; ";
    detail += fmt::format("{}: expected {}, found {}", d.field, cut(d.expected), cut(d.actual));
    if (detail.size() > 4 * kLongest) return detail + "; ...";
  }
  return detail;
}

bool SameDocument(const Decision& a, const Decision& b) {
  return a.kind == b.kind && a.document.id == b.document.id && a.document.body == b.document.body;
}

}  // namespace

IndexVerifier::IndexVerifier(const RunContext& run, const VerificationInput& input, Parts parts)
    : run_(run),
      input_(input),
      parts_(std::move(parts)),
      comparison_(input.scratch, std::string(IndexKindName(parts_.kind)), kSideMemory),
      refusals_(run, parts_.index) {}

Status IndexVerifier::TakeExpected(const Documents& documents) {
  std::vector<std::string> ids;
  for (const ExpectedDocument& document : documents) {
    if (document.decision.kind != Decision::Kind::kIndex) {
      const bool refused =
          document.decision.kind == Decision::Kind::kInvalid || document.decision.kind == Decision::Kind::kError;
      ++report_.skipped[refused ? "refused: " + document.decision.rule : document.decision.rule];
      continue;
    }
    const IndexDocument& wanted = document.decision.document;
    TRY(comparison_.AddExpected(wanted.id, wanted.body, document.locator));
    if (parts_.only_expected) ids.push_back(wanted.id);
  }
  const std::uint64_t before = read_.fetch_add(documents.size(), std::memory_order_relaxed);
  run_.progress.OnAdvanced(Phase::kVerify, {.done = before + documents.size()});
  if (ids.empty()) return {};
  TRY_ASSIGN(const auto bodies, parts_.index.GetMany(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!bodies[i]) continue;
    TRY(comparison_.AddActual(ids[i], *bodies[i]));
    ++report_.actual;
  }
  return {};
}

Status IndexVerifier::ReadExpected() {
  return parts_.source([this](const Documents& documents) -> Status {
    if (run_.stop.requested()) return Fail(ErrorCode::kCancelled, "interrupted");
    return TakeExpected(documents);
  });
}

Status IndexVerifier::ReadActual() {
  if (parts_.only_expected) return {};
  std::optional<Cursor> cursor;
  do {
    if (run_.stop.requested()) return Fail(ErrorCode::kCancelled, "interrupted");
    TRY_ASSIGN(IndexPage page, parts_.index.Scan(cursor, ItemCount{kScanPage}, ScanContent::kDocuments));
    for (const IndexHit& hit : page.hits) {
      if (!MaySelectDocument(run_.options.selection, hit.id)) continue;
      TRY(comparison_.AddActual(hit.id, hit.body));
      ++report_.actual;
    }
    read_.fetch_add(page.hits.size(), std::memory_order_relaxed);
    cursor = std::move(page.next);
  } while (cursor);
  return {};
}

Status IndexVerifier::AddFinding(FindingKind kind, const std::string& id, const std::string& locator, std::string cause,
                                 std::string detail, Mend mend) {
  run_.findings.Add({parts_.kind, id, kind, std::move(cause), std::move(detail)});
  if (input_.repair == nullptr || mend == Mend::kNo) return {};
  const bool assets = parts_.kind == IndexKind::kAssets;
  if (kind == FindingKind::kUnexpected) {
    return (assets ? input_.repair->unexpected_assets : input_.repair->unexpected_files).Add(id, {});
  }
  return (assets ? input_.repair->assets : input_.repair->objects).Add(locator, {});
}

void IndexVerifier::Compare(Suspect& suspect) {
  suspect.differences.clear();
  suspect.no_object = false;
  if (!suspect.actual) return;
  auto differences = DiffDocuments(suspect.now.document.body, *suspect.actual);
  suspect.no_object = !differences;
  if (differences) suspect.differences = *std::move(differences);
}

// Asks of those that are missing, or lack fields and are right in all others: what else is different no mapping
// explains.
void IndexVerifier::FindRefusals(std::vector<Suspect>& suspects) {
  std::vector<std::string> bodies;
  std::vector<Suspect*> asked;
  for (Suspect& suspect : suspects) {
    if (suspect.now.kind != Decision::Kind::kIndex || suspect.now.document.id != suspect.id) continue;
    const bool lacks_fields = suspect.actual && !suspect.no_object && !suspect.differences.empty() &&
                              std::ranges::all_of(suspect.differences, [](const auto& d) { return d.actual.empty(); });
    if (suspect.actual && !lacks_fields) continue;
    bodies.push_back(suspect.now.document.body);
    asked.push_back(&suspect);
  }
  auto refused = refusals_.Of(bodies);
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i]->refused = std::move(refused[i]);
}

Status IndexVerifier::Settle(Suspect& suspect) {
  const std::string& id = suspect.id;
  if (suspect.now.kind != Decision::Kind::kIndex || suspect.now.document.id != id) {
    // The source went while we looked: then the document should go too.
    --report_.expected;
    if (suspect.actual) unexpected_.push_back(id);
    return {};
  }
  if (!suspect.actual) {
    ++report_.missing;
    if (id.size() > kMaxDocumentIdBytes) {
      return AddFinding(FindingKind::kMissing, id, suspect.locator, std::string(kCauseIdTooLong),
                        fmt::format("{} bytes, {} at most", id.size(), kMaxDocumentIdBytes), Mend::kNo);
    }
    const bool refused = !suspect.refused.empty();
    const std::string& held_back = suspect.now.undelivered;
    const std::string why = held_back.empty() ? "not in the index" : held_back;
    return AddFinding(FindingKind::kMissing, id, suspect.locator, refused ? RefusalCause(suspect.refused) : why,
                      RefusalDetail(suspect.refused));
  }
  if (IsRight(suspect)) {
    ++report_.right;
    return {};
  }
  ++report_.stale;
  if (suspect.no_object) {
    return AddFinding(FindingKind::kStale, id, suspect.locator, "the document is no JSON object", "");
  }
  const auto is_refused = [&](const FieldDifference& difference) {
    return std::ranges::any_of(suspect.refused, [&](const auto& field) { return field.name == difference.field; });
  };
  if (std::ranges::all_of(suspect.differences, is_refused)) {
    std::erase_if(suspect.refused, [&](const RefusedField& field) {
      return std::ranges::none_of(suspect.differences, [&](const auto& d) { return d.field == field.name; });
    });
    // As good as it can be: to send it again would change nothing.
    return AddFinding(FindingKind::kStale, id, suspect.locator, RefusalCause(suspect.refused),
                      RefusalDetail(suspect.refused), Mend::kNo);
  }
  std::string detail = FieldsDetail(suspect.differences);
  if (!suspect.now.undelivered.empty()) detail += "; " + suspect.now.undelivered;
  return AddFinding(FindingKind::kStale, id, suspect.locator, FieldsCause(suspect.differences), std::move(detail));
}

// Of one that is there.
bool IndexVerifier::IsRight(const Suspect& suspect) { return !suspect.no_object && suspect.differences.empty(); }

// Looks at the source before and after the index: only where it stood still is what lies between a difference. Others
// may be at work meanwhile, and delete or edit what was just read.
Status IndexVerifier::LookAgain(std::vector<Suspect>& suspects) {
  std::vector<Suspect*> open;
  for (Suspect& suspect : suspects) open.push_back(&suspect);
  for (int look = 0; look < kMostLooks && !open.empty(); ++look) {
    std::vector<std::string> locators;
    for (const Suspect* suspect : open) locators.push_back(suspect->locator);
    TRY_ASSIGN(auto now, parts_.remake(locators));
    for (std::size_t i = 0; i < open.size(); ++i) {
      const bool stood_still = look > 0 && SameDocument(open[i]->now, now[i]);
      open[i]->now = std::move(now[i]);
      if (stood_still) open[i] = nullptr;
    }
    std::erase(open, nullptr);
    if (open.empty()) return {};
    std::vector<std::string> ids;
    for (const Suspect* suspect : open) ids.push_back(suspect->id);
    TRY_ASSIGN(auto actual, parts_.index.GetMany(ids));
    for (std::size_t i = 0; i < open.size(); ++i) {
      open[i]->actual = std::move(actual[i]);
      Compare(*open[i]);
      if (open[i]->now.kind != Decision::Kind::kIndex || (open[i]->actual && IsRight(*open[i]))) open[i] = nullptr;
    }
    std::erase(open, nullptr);
  }
  return {};
}

Status IndexVerifier::RecheckPresent() {
  if (suspects_.empty()) return {};
  std::vector<Suspect> suspects;
  for (auto& [id, locator] : suspects_) suspects.push_back({.id = std::move(id), .locator = std::move(locator)});
  suspects_.clear();
  TRY(LookAgain(suspects));
  FindRefusals(suspects);
  for (Suspect& suspect : suspects) TRY(Settle(suspect));
  return {};
}

// A source may have come after it was looked for, and its document before the index was read.
Result<std::vector<bool>> IndexVerifier::HaveSources(const std::vector<std::string>& ids) const {
  std::vector<bool> have(ids.size());
  TRY_ASSIGN(const auto all, parts_.locate(ids));
  std::vector<std::string> locators;
  std::vector<std::size_t> of_locator;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (all[i].empty()) continue;
    locators.push_back(all[i]);
    of_locator.push_back(i);
  }
  if (locators.empty()) return have;
  TRY_ASSIGN(const auto now, parts_.remake(locators));
  for (std::size_t n = 0; n < now.size(); ++n) {
    have[of_locator[n]] = now[n].kind == Decision::Kind::kIndex && now[n].document.id == ids[of_locator[n]];
  }
  return have;
}

Status IndexVerifier::RecheckUnexpected() {
  if (unexpected_.empty()) return {};
  std::vector<std::string> ids;
  ids.swap(unexpected_);
  TRY_ASSIGN(const auto have, HaveSources(ids));
  TRY_ASSIGN(const auto actual, parts_.index.GetMany(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (have[i] || !actual[i]) continue;
    ++report_.unexpected;
    TRY(AddFinding(FindingKind::kUnexpected, ids[i], "", parts_.why_unexpected(ids[i]), ""));
  }
  return {};
}

Status IndexVerifier::Compare() {
  const auto suspect = [this](std::string_view id, std::string_view locator) -> Status {
    ++report_.expected;
    suspects_.emplace_back(id, locator);
    return suspects_.size() < kRecheckBatch ? Status{} : RecheckPresent();
  };
  TRY(comparison_.Compare({.same = [this](std::string_view) -> Status {
                             ++report_.expected;
                             ++report_.right;
                             return {};
                           },
                           .missing = suspect,
                           .differs = suspect,
                           .unexpected = [this](std::string_view id) -> Status {
                             if (!parts_.judge_unexpected()) return {};
                             unexpected_.emplace_back(id);
                             return unexpected_.size() < kRecheckBatch ? Status{} : RecheckUnexpected();
                           }}));
  TRY(RecheckPresent());
  return RecheckUnexpected();
}

Result<IndexReport> IndexVerifier::Run() {
  report_.name = parts_.index.name();
  TRY_ASSIGN(const auto info, parts_.index.Describe());
  report_.exists = info.has_value();
  if (!info) {
    // Everything that should be there is missing; the count tells how much.
    TRY(parts_.source([this](const Documents& documents) -> Status {
      for (const auto& d : documents) report_.expected += d.decision.kind == Decision::Kind::kIndex;
      return {};
    }));
    report_.missing = report_.expected;
    run_.findings.Add({parts_.kind, report_.name, FindingKind::kMissing, "the index does not exist", ""});
    return report_;
  }
  report_.size_bytes = info->size_bytes;
  Status actual;
  Status expected;
  {
    std::jthread reader([&] { actual = ReadActual(); });
    expected = ReadExpected();
  }
  TRY(expected);
  TRY(actual);
  TRY(Compare());
  // Which of the other documents belong to what was looked at is not known then, and so they are not counted.
  if (!parts_.only_expected && !parts_.judge_unexpected()) report_.actual = report_.right + report_.stale;
  return report_;
}

}  // namespace vams
