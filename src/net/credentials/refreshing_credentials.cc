#include "net/credentials/refreshing_credentials.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace vams {

RefreshingCredentials::RefreshingCredentials(std::unique_ptr<CredentialSource> source, Clock& clock,
                                             std::function<void(const Error&)> on_tolerated, RefreshWindows windows)
    : source_(std::move(source)), clock_(clock), on_tolerated_(std::move(on_tolerated)), windows_(windows) {}

Result<Credentials> RefreshingCredentials::Get() {
  Turn turn = Enter();
  if (!turn.fetch) return std::move(turn.answer);
  // One caller at a time comes here, and it holds no lock: the others may go on with what there is.
  return Leave(turn.need, source_->Fetch());
}

void RefreshingCredentials::Refused(const Credentials& refused) {
  MutexLock lock(mu_);
  if (current_ && current_->access_key_id == refused.access_key_id &&
      current_->session_token == refused.session_token) {
    refused_ = true;
  }
}

RefreshingCredentials::Turn RefreshingCredentials::Enter() {
  MutexLock lock(mu_);
  for (;;) {
    const Need need = NeedNow();
    if (need == Need::kNothing || (need == Need::kAdvisory && fetching_)) return {.answer = *current_};
    if (!fetching_) {
      fetching_ = true;
      return {.fetch = true, .need = need};
    }
    const std::uint64_t before = fetches_;
    while (fetches_ == before) done_.Wait(lock);
    // One failure serves all who waited for it: a crowd that asks a broken source in turn would wait for hours.
    if (failure_) return {.answer = std::unexpected(*failure_)};
  }
}

Result<Credentials> RefreshingCredentials::Leave(Need need, Result<Fetched> fetched) {
  Result<Credentials> fresh = Accept(std::move(fetched));
  const bool tolerated = !fresh && need == Need::kAdvisory;
  Result<Credentials> answer;
  {
    MutexLock lock(mu_);
    fetching_ = false;
    ++fetches_;
    failure_.reset();
    const UtcTime now = clock_.Now();
    if (fresh) {
      Keep(std::move(*fresh));
      answer = *current_;
    } else if (tolerated && !refused_ && now < *current_->expiry) {
      const Duration until_mandatory = std::max(Duration(0), std::chrono::duration_cast<Duration>(mandatory_at_ - now));
      advisory_at_ = now + std::min(windows_.retry, until_mandatory);
      answer = *current_;
    } else {
      if (!tolerated) failure_ = fresh.error();
      answer = std::unexpected(fresh.error());
    }
    done_.NotifyAll();
  }
  if (tolerated && on_tolerated_) on_tolerated_(fresh.error());
  return answer;
}

RefreshingCredentials::Need RefreshingCredentials::NeedNow() const {
  if (!current_ || refused_) return Need::kMandatory;
  if (!current_->expiry) return Need::kNothing;
  const UtcTime now = clock_.Now();
  if (now >= mandatory_at_) return Need::kMandatory;
  return now >= advisory_at_ ? Need::kAdvisory : Need::kNothing;
}

Result<Credentials> RefreshingCredentials::Accept(Result<Fetched> fetched) const {
  if (!fetched) return std::unexpected(std::move(fetched).error());
  if (const auto* nothing = std::get_if<NothingThere>(&*fetched)) {
    return std::unexpected(
        MakeError(ErrorCode::kAccessDenied, "no AWS credentials; asked in this order: {}", nothing->why)
            .WithHint(
                "name a profile with --profile or AWS_PROFILE, sign in (`aws sso login`), set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or run on a machine with a role"));
  }
  Credentials& fresh = std::get<Credentials>(*fetched);
  const UtcTime now = clock_.Now();
  if (fresh.expiry && *fresh.expiry <= now) {
    return std::unexpected(MakeError(ErrorCode::kAccessDenied, "the credentials from {} ended at {}; it is {} now",
                                     fresh.source, FormatIsoSeconds(*fresh.expiry), FormatIsoSeconds(now))
                               .WithHint("renew them where they come from, and check this machine's clock"));
  }
  return std::move(fresh);
}

void RefreshingCredentials::Keep(Credentials fresh) {
  if (fresh.expiry) {
    const UtcTime now = clock_.Now();
    const auto left = std::chrono::duration_cast<Duration>(*fresh.expiry - now);
    advisory_at_ = *fresh.expiry - std::min(windows_.advisory, left * 3 / 4);
    mandatory_at_ = *fresh.expiry - std::min(windows_.mandatory, left / 2);
  }
  current_ = std::move(fresh);
  refused_ = false;
}

}  // namespace vams
