#include "indexers/partial_write.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "model/finding.h"

namespace vams {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMetadataPrefix = "MD_";
constexpr std::size_t kLongestDetail = 600;

Json Parse(const std::string& text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

class Writer {
 public:
  Writer(SearchIndex& index, std::vector<BulkOp> ops) : index_(index), ops_(std::move(ops)), none_named_(ops_.size()) {}

  Result<PartialWrite> Run() {
    TRY_ASSIGN(written_.outcomes, index_.Bulk(ops_));
    written_.refused.resize(ops_.size());
    for (int round = 0; round < kMostRefusedFields; ++round) {
      std::vector<BulkOp> again;
      std::vector<std::size_t> places;
      for (std::size_t i = 0; i < ops_.size(); ++i) {
        if (!IsRefused(i) || !Lighten(i)) continue;
        again.push_back(ops_[i]);
        places.push_back(i);
      }
      if (again.empty()) break;
      TRY_ASSIGN(auto outcomes, index_.Bulk(again));
      for (std::size_t n = 0; n < places.size(); ++n) written_.outcomes[places[n]] = std::move(outcomes[n]);
    }
    // What was never taken has its own error, and where a newer document is, ours is not there.
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      const auto& outcome = written_.outcomes[i];
      if (!outcome || *outcome == BulkOutcome::kVersionConflict) written_.refused[i].clear();
    }
    return std::move(written_);
  }

 private:
  bool IsRefused(std::size_t i) const {
    const auto& outcome = written_.outcomes[i];
    return !outcome && outcome.error().code == ErrorCode::kInvalid && !outcome.error().retryable &&
           ops_[i].kind == BulkOp::Kind::kIndex;
  }

  // Takes away what is to blame; false: there is nothing to take.
  bool Lighten(std::size_t i) {
    const Error& error = written_.outcomes[i].error();
    Json body = Parse(ops_[i].body);
    if (!body.is_object()) return false;
    std::vector<std::string> names;
    if (!error.field.empty()) {
      names.push_back(error.field);
    } else if (!none_named_[i]) {
      none_named_[i] = true;
      names = UnknownFields(body);
    }
    bool taken = false;
    for (const std::string& name : names) {
      if (body.erase(name) == 0) continue;
      written_.refused[i].push_back({name, error.message});
      taken = true;
    }
    if (taken) ops_[i].body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return taken;
  }

  std::vector<std::string> UnknownFields(const Json& body) {
    // Once: what others add to the mapping meanwhile only makes fewer fields unknown.
    if (!known_) known_ = KnownFields();
    std::vector<std::string> names;
    if (!known_->is_object()) return names;
    for (const auto& [name, value] : body.items()) {
      // The others are what makes the document findable at all.
      if (name.starts_with(kMetadataPrefix) && !known_->contains(name)) names.push_back(name);
    }
    return names;
  }

  Json KnownFields() {
    const auto info = index_.Describe();
    if (!info || !*info) return {};
    const Json definition = Parse((*info)->definition);
    const Json none = Json::object();
    if (!definition.is_object()) return {};
    const Json mappings = definition.value("mappings", none);
    return mappings.is_object() ? mappings.value("properties", none) : none;
  }

  SearchIndex& index_;
  std::vector<BulkOp> ops_;
  std::vector<bool> none_named_;  // that has been tried once
  PartialWrite written_;
  std::optional<Json> known_;
};

}  // namespace

std::string RefusalCause(const std::vector<RefusedField>& fields) {
  std::string names;
  for (const RefusedField& field : fields) {
    if (!field.name.empty()) names += (names.empty() ? "" : ", ") + field.name;
  }
  return std::string(kCauseRefusedByMapping) + (names.empty() ? "" : ": " + names);
}

std::string RefusalDetail(const std::vector<RefusedField>& fields) {
  std::string detail;
  for (const RefusedField& field : fields) {
    if (!detail.empty()) detail += "; ";
    detail += field.name.empty() ? field.reason : fmt::format("{}: {}", field.name, field.reason);
    if (detail.size() > kLongestDetail) return detail.substr(0, kLongestDetail) + "...";
  }
  return detail;
}

Result<PartialWrite> WriteWithoutRefusedFields(SearchIndex& index, std::vector<BulkOp> ops) {
  return Writer(index, std::move(ops)).Run();
}

}  // namespace vams
