#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "net/credentials.h"
#include "net/credentials/credential_source.h"

namespace vams {

// How long before their end credentials are renewed (docs/reference/aws-facts.md section 1). Those that live shorter
// are renewed after a quarter and, at the latest, after half of their time, so that no request has to fetch its own.
struct RefreshWindows {
  Duration advisory = std::chrono::minutes(15);   // one caller renews, the others go on; a failure is tolerated
  Duration mandatory = std::chrono::minutes(10);  // everybody waits for one caller; a failure is everybody's
  Duration retry = std::chrono::seconds(30);      // after a tolerated failure, at most
};

// Keeps what a source gave and renews it ahead of its end. A renewal runs in the thread of one of the callers of Get;
// there is no other thread. Safe for concurrent calls; every result is one consistent set of keys.
class RefreshingCredentials final : public CredentialsProvider {
 public:
  // The clock outlives this object. `on_tolerated` hears of failures that nobody else does; it may be empty.
  RefreshingCredentials(std::unique_ptr<CredentialSource> source, Clock& clock,
                        std::function<void(const Error&)> on_tolerated = {}, RefreshWindows windows = {});

  Result<Credentials> Get() override;
  // The next Get asks the source, unless the keys have been renewed in between.
  void Refused(const Credentials& refused) override;

 private:
  enum class Need { kNothing, kAdvisory, kMandatory };
  // What a caller of Get is to do.
  struct Turn {
    bool fetch = false;
    Need need = Need::kNothing;
    Result<Credentials> answer{};
  };

  Turn Enter() EXCLUDES(mu_);
  Result<Credentials> Leave(Need need, Result<Fetched> fetched) EXCLUDES(mu_);
  Need NeedNow() const REQUIRES(mu_);
  Result<Credentials> Accept(Result<Fetched> fetched) const;
  void Keep(Credentials fresh) REQUIRES(mu_);

  const std::unique_ptr<CredentialSource> source_;
  Clock& clock_;
  const std::function<void(const Error&)> on_tolerated_;
  const RefreshWindows windows_;

  Mutex mu_;
  CondVar done_;
  std::optional<Credentials> current_ GUARDED_BY(mu_);
  bool refused_ GUARDED_BY(mu_) = false;          // current_ is no longer good, whatever its expiry says
  bool fetching_ GUARDED_BY(mu_) = false;         // somebody is at the source
  std::uint64_t fetches_ GUARDED_BY(mu_) = 0;     // ended
  std::optional<Error> failure_ GUARDED_BY(mu_);  // of the last fetch, if everybody had to wait for it
  UtcTime advisory_at_ GUARDED_BY(mu_){};
  UtcTime mandatory_at_ GUARDED_BY(mu_){};
};

}  // namespace vams
