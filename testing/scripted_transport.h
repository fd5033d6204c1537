#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "net/transport.h"

namespace vams {

// Answers from a list, or by a function once the list is empty; keeps what it was sent. Safe for concurrent calls.
class ScriptedTransport final : public Transport {
 public:
  using Answer = std::function<Sent(const HttpRequest&)>;

  ScriptedTransport& Then(Sent sent) {
    MutexLock lock(mu_);
    answers_.push_back(std::move(sent));
    return *this;
  }
  ScriptedTransport& Then(int status, std::string body = {}, Headers headers = {}) {
    return Then(HttpReply{.status = status, .headers = std::move(headers), .body = std::move(body)});
  }
  ScriptedTransport& Fail(TransportError::Kind kind, bool may_have_been_applied = false) {
    return Then(std::unexpected(
        TransportError{.kind = kind, .may_have_been_applied = may_have_been_applied, .message = "scripted"}));
  }
  // What follows the list; without it a 501 that says so.
  void Otherwise(Answer answer) { otherwise_ = std::move(answer); }

  Sent Send(HttpRequest& request) override {
    {
      MutexLock lock(mu_);
      requests_.push_back(request);
      if (!answers_.empty()) {
        Sent sent = std::move(answers_.front());
        answers_.pop_front();
        return sent;
      }
    }
    return otherwise_ ? otherwise_(request) : HttpReply{.status = 501, .body = "the script has ended"};
  }
  std::vector<HttpRequest> requests() const {
    MutexLock lock(mu_);
    return requests_;
  }

 private:
  Answer otherwise_;
  mutable Mutex mu_;
  std::deque<Sent> answers_ GUARDED_BY(mu_);
  std::vector<HttpRequest> requests_ GUARDED_BY(mu_);
};

}  // namespace vams
