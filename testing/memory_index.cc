#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "testing/memory_deployment.h"

namespace vams {
namespace {

constexpr std::size_t kMaxIdBytes = 512;

class MemorySearchIndex final : public SearchIndex {
 public:
  explicit MemorySearchIndex(std::string name) : name_(std::move(name)) {}

  const std::string& name() const override { return name_; }

  Result<std::optional<IndexInfo>> Describe() override {
    const MutexLock lock(mu_);
    if (!definition_) return std::nullopt;
    return IndexInfo{.name = name_, .documents = Live(), .size_bytes = 0, .definition = *definition_};
  }

  Status Create(std::string_view definition) override {
    const MutexLock lock(mu_);
    if (definition_) return Fail(ErrorCode::kPrecondition, "index '{}' exists already", name_);
    definition_ = definition;
    return {};
  }

  Status Drop() override {
    const MutexLock lock(mu_);
    definition_.reset();
    documents_.clear();
    return {};
  }

  Status Clear() override {
    const MutexLock lock(mu_);
    documents_.clear();
    return {};
  }

  Result<ItemCount> Count() override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    return ItemCount{Live()};
  }

  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> ids) override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    std::vector<std::optional<std::string>> bodies;
    for (const std::string& id : ids) {
      const auto it = documents_.find(id);
      bodies.push_back(it == documents_.end() ? std::nullopt : it->second.body);
    }
    return bodies;
  }

  Result<IndexPage> Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    IndexPage page;
    for (auto it = from ? documents_.upper_bound(from->token) : documents_.begin(); it != documents_.end(); ++it) {
      if (!it->second.body) continue;
      if (page.hits.size() == limit.value) {
        page.next = Cursor{page.hits.back().id};
        break;
      }
      page.hits.push_back({it->first, content == ScanContent::kIds ? std::string() : *it->second.body});
    }
    return page;
  }

  Result<std::vector<Result<BulkOutcome>>> Bulk(std::span<const BulkOp> ops) override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    std::vector<Result<BulkOutcome>> outcomes;
    for (const BulkOp& op : ops) outcomes.push_back(Apply(op));
    return outcomes;
  }

  Result<SearchHits> Search(std::string_view query, ItemCount limit) override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    SearchHits hits;
    const std::string words = AsciiLower(query);
    for (const auto& [id, document] : documents_) {
      if (!document.body) continue;
      const std::string text = AsciiLower(*document.body);
      const bool all = std::ranges::all_of(Split(words, ' '), [&](std::string_view word) {
        if (word.ends_with('*')) word.remove_suffix(1);
        return text.contains(word);
      });
      if (!all) continue;
      ++hits.total;
      if (hits.hits.size() < limit.value) hits.hits.push_back({id, *document.body});
    }
    return hits;
  }

  Status Refresh() override { return {}; }

  Result<std::vector<std::vector<RefusedField>>> RefusedFields(std::span<const std::string> bodies) override {
    const MutexLock lock(mu_);
    if (!definition_) return NoIndex();
    std::vector<std::vector<RefusedField>> refused;
    for (const std::string& body : bodies) refused.push_back(Refused(body));
    return refused;
  }

  Result<std::unique_ptr<SearchIndex>> Sibling(std::string_view suffix) override {
    auto sibling = MakeMemorySearchIndex(name_ + "-" + std::string(suffix));
    TRY(sibling->Drop());
    return sibling;
  }

 private:
  struct Document {
    std::optional<std::string> body;  // nullopt: deleted, the version counts on
    std::uint64_t version = 0;
  };

  std::unexpected<Error> NoIndex() const { return Fail(ErrorCode::kNotFound, "there is no index '{}'", name_); }

  std::uint64_t Live() const REQUIRES(mu_) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(documents_, [](const auto& d) { return d.second.body.has_value(); }));
  }

  // The members whose mapping says {"type": "refused"}.
  std::vector<RefusedField> Refused(const std::string& body) const REQUIRES(mu_) {
    const auto definition = nlohmann::json::parse(*definition_, nullptr, false);
    const auto properties = definition.value("/mappings/properties"_json_pointer, nlohmann::json::object());
    std::vector<RefusedField> refused;
    const auto document = nlohmann::json::parse(body);
    for (const auto& [name, value] : document.items()) {
      if (properties.value(nlohmann::json::json_pointer("/" + name + "/type"), "") == "refused") {
        refused.push_back({name, "not of this type"});
      }
    }
    return refused;
  }

  Result<BulkOutcome> Apply(const BulkOp& op) REQUIRES(mu_) {
    if (op.id.empty() || op.id.size() > kMaxIdBytes) {
      return Fail(ErrorCode::kInvalid, "the id must have 1 to {} bytes", kMaxIdBytes);
    }
    if (op.kind == BulkOp::Kind::kIndex && !nlohmann::json::accept(op.body)) {
      return Fail(ErrorCode::kInvalid, "the document of '{}' is no JSON", op.id);
    }
    if (op.kind == BulkOp::Kind::kIndex) {
      if (const auto refused = Refused(op.body); !refused.empty()) {
        Error error = MakeError(ErrorCode::kInvalid, "{}: {}", refused.front().name, refused.front().reason);
        error.field = refused.front().name;
        return std::unexpected(std::move(error));
      }
    }
    Document& document = documents_[op.id];
    if (op.version && *op.version <= document.version) return BulkOutcome::kVersionConflict;
    document.version = op.version.value_or(document.version);
    const bool was_there = document.body.has_value();
    if (op.kind == BulkOp::Kind::kDelete) {
      document.body.reset();
      return was_there ? BulkOutcome::kDeleted : BulkOutcome::kAbsent;
    }
    document.body = op.body;
    return was_there ? BulkOutcome::kUpdated : BulkOutcome::kCreated;
  }

  const std::string name_;
  Mutex mu_;
  std::optional<std::string> definition_ GUARDED_BY(mu_) = "{}";
  std::map<std::string, Document> documents_ GUARDED_BY(mu_);
};

}  // namespace

std::unique_ptr<SearchIndex> MakeMemorySearchIndex(std::string name) {
  return std::make_unique<MemorySearchIndex>(std::move(name));
}

}  // namespace vams
