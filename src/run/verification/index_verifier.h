#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "documents/expected_documents.h"
#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/verification/refusals.h"
#include "run/verification/verification.h"
#include "verify/document_diff.h"
#include "verify/index_comparison.h"

namespace vams {

// One document that should be there: how it is made again (`locator`, JoinParts of what names its source) and what it
// is.
struct ExpectedDocument {
  std::string locator;
  Decision decision;
};

// Compares one index with its source. The differences are looked at once more before they count, since both sides may
// have changed while they were read.
class IndexVerifier {
 public:
  using Documents = std::vector<ExpectedDocument>;
  // Tells the expected documents in batches, each source once.
  using Source = std::function<Status(const std::function<Status(const Documents&)>&)>;
  // Makes the documents of these locators as the source stands now; one answer for each.
  using Remake = std::function<Result<std::vector<Decision>>(const std::vector<std::string>& locators)>;
  // Tells the locators of the sources that documents with these ids would have; "" for one that cannot be told.
  using Locate = std::function<Result<std::vector<std::string>>(const std::vector<std::string>& ids)>;
  // Says why a document with this id has no source.
  using WhyUnexpected = std::function<std::string(const std::string& id)>;

  struct Parts {
    IndexKind kind;
    SearchIndex& index;
    Source source;
    Remake remake;
    Locate locate;
    WhyUnexpected why_unexpected;
    bool only_expected = false;              // look at the ids of `source` alone; nothing can be unexpected
    std::function<bool()> judge_unexpected;  // asked once all sources have been read
  };

  IndexVerifier(const RunContext& run, const VerificationInput& input, Parts parts);
  Result<IndexReport> Run();

 private:
  Status ReadExpected();
  Status ReadActual();
  Status TakeExpected(const Documents& documents);
  Status Compare();
  Status RecheckPresent();
  Status RecheckUnexpected();
  Result<std::vector<bool>> HaveSources(const std::vector<std::string>& ids) const;
  // One document that should be there, at the second look.
  struct Suspect {
    std::string id;
    std::string locator;
    Decision now{};
    std::optional<std::string> actual{};
    std::vector<FieldDifference> differences{};  // of what is there
    bool no_object = false;                      // what is there is no JSON object
    std::vector<RefusedField> refused{};         // of the fields that are not there
  };
  Status Settle(Suspect& suspect);
  static void Compare(Suspect& suspect);
  static bool IsRight(const Suspect& suspect);
  Status LookAgain(std::vector<Suspect>& suspects);
  void FindRefusals(std::vector<Suspect>& suspects);
  enum class Mend { kYes, kNo };
  Status AddFinding(FindingKind kind, const std::string& id, const std::string& locator, std::string cause,
                    std::string detail, Mend mend = Mend::kYes);

  const RunContext& run_;
  const VerificationInput& input_;
  Parts parts_;
  IndexComparison comparison_;
  Refusals refusals_;
  IndexReport report_;
  std::atomic<std::uint64_t> read_{0};                         // documents of both sides
  std::vector<std::pair<std::string, std::string>> suspects_;  // id, locator: missing or different at first sight
  std::vector<std::string> unexpected_;
};

}  // namespace vams
