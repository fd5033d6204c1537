#include <optional>
#include <utility>

#include "net/credentials/credential_source.h"

namespace vams {
namespace {

class FirstOfSources final : public CredentialSource {
 public:
  explicit FirstOfSources(std::vector<std::unique_ptr<CredentialSource>> sources) : sources_(std::move(sources)) {}

  std::string name() const override { return chosen_ ? chosen_->name() : "credentials chain"; }

  Result<Fetched> Fetch() override {
    if (chosen_) return chosen_->Fetch();
    std::string tried;
    for (const std::unique_ptr<CredentialSource>& source : sources_) {
      Result<Fetched> fetched = source->Fetch();
      if (!fetched) {
        Error error = std::move(fetched).error().In(source->name());
        if (!tried.empty()) error.message += fmt::format(" (nothing from: {})", tried);
        return std::unexpected(std::move(error));
      }
      if (std::holds_alternative<Credentials>(*fetched)) {
        chosen_ = source.get();
        return fetched;
      }
      tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", source->name(), std::get<NothingThere>(*fetched).why);
    }
    return NothingThere{tried.empty() ? "no provider to ask" : tried};
  }

 private:
  const std::vector<std::unique_ptr<CredentialSource>> sources_;
  CredentialSource* chosen_ = nullptr;
};

}  // namespace

std::unique_ptr<CredentialSource> FirstOf(std::vector<std::unique_ptr<CredentialSource>> sources) {
  return std::make_unique<FirstOfSources>(std::move(sources));
}

}  // namespace vams
