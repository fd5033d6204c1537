#include "verify/index_comparison.h"

#include <optional>
#include <vector>

#include "verify/document_diff.h"

namespace vams {
namespace {

using Record = ExternalSorter::Record;

std::string_view DigestPart(const Record& record) { return std::string_view(record.payload).substr(0, sizeof(Digest)); }
std::string_view LocatorPart(const Record& record) { return std::string_view(record.payload).substr(sizeof(Digest)); }

std::string AsText(const Digest& digest) { return {digest.data(), digest.size()}; }

// Every record of the next id, in the order they were added.
class GroupReader {
 public:
  explicit GroupReader(ExternalSorter& sorter) : sorter_(sorter) {}

  Status Start() {
    TRY(sorter_.Finish());
    TRY_ASSIGN(head_, sorter_.Next());
    return Advance();
  }
  Status Advance() {
    group_.clear();
    if (!head_) return {};
    group_.push_back(std::move(*head_));
    for (;;) {
      TRY_ASSIGN(head_, sorter_.Next());
      if (!head_ || head_->key != group_.front().key) return {};
      group_.push_back(std::move(*head_));
    }
  }
  bool done() const { return group_.empty(); }
  const std::string& id() const { return group_.front().key; }
  const std::vector<Record>& group() const { return group_; }

 private:
  ExternalSorter& sorter_;
  std::optional<Record> head_;
  std::vector<Record> group_;
};

}  // namespace

IndexComparison::IndexComparison(const std::filesystem::path& directory, const std::string& name, Bytes memory)
    : expected_(directory, name + "-expected", memory), actual_(directory, name + "-actual", memory) {}

Status IndexComparison::AddExpected(std::string_view id, std::string_view body, std::string_view locator) {
  std::string payload = AsText(DigestOf(body));
  payload.append(locator);
  return expected_.Add(id, payload);
}

Status IndexComparison::AddActual(std::string_view id, std::string_view body) {
  if (MayBeCanonical(body)) return actual_.Add(id, AsText(DigestOf(body)));
  const auto canonical = CanonicalBody(body);
  return actual_.Add(id, canonical ? AsText(DigestOf(*canonical)) : AsText(DigestOf(body)));
}

Status IndexComparison::Compare(const Visitor& visitor) {
  GroupReader expected(expected_);
  GroupReader actual(actual_);
  TRY(expected.Start());
  TRY(actual.Start());
  while (!expected.done() || !actual.done()) {
    if (actual.done() || (!expected.done() && expected.id() < actual.id())) {
      TRY(visitor.missing(expected.id(), LocatorPart(expected.group().back())));
      TRY(expected.Advance());
      continue;
    }
    if (expected.done() || actual.id() < expected.id()) {
      TRY(visitor.unexpected(actual.id()));
      TRY(actual.Advance());
      continue;
    }
    bool same = false;
    for (const Record& want : expected.group()) {
      same = same || DigestPart(want) == DigestPart(actual.group().back());
    }
    TRY(same ? visitor.same(expected.id()) : visitor.differs(expected.id(), LocatorPart(expected.group().back())));
    TRY(expected.Advance());
    TRY(actual.Advance());
  }
  return {};
}

}  // namespace vams
