#include "net/curl_transport.h"

#include <csignal>
#include <mutex>
#include <unordered_map>

#include "base/mutex.h"
#include "net/curl_handle.h"
#include "net/curl_loop.h"
#include "net/trust_store.h"

namespace vams {
namespace {

// Name resolution and TLS sessions, shared by all handles of a transport.
class Share {
 public:
  Share() : share_(curl_share_init()) {
    curl_share_setopt(share_.get(), CURLSHOPT_USERDATA, this);
    curl_share_setopt(share_.get(), CURLSHOPT_LOCKFUNC, Lock);
    curl_share_setopt(share_.get(), CURLSHOPT_UNLOCKFUNC, Unlock);
    curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  }
  CURLSH* get() const { return share_.get(); }

 private:
  static void Lock(CURL*, curl_lock_data data, curl_lock_access, void* user) {
    static_cast<Share*>(user)->locks_[data].lock();
  }
  static void Unlock(CURL*, curl_lock_data data, void* user) { static_cast<Share*>(user)->locks_[data].unlock(); }

  std::array<std::mutex, CURL_LOCK_DATA_LAST> locks_;
  CurlShare share_;
};

void InitializeOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct sigaction now{};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      now.sa_handler = SIG_IGN;
      sigaction(SIGPIPE, &now, nullptr);
    }
  });
}

// An X509_STORE can be handed to a libcurl that was built on the same OpenSSL alone.
bool CurlUsesOurOpenSsl() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return info->ssl_version != nullptr && std::string_view(info->ssl_version).starts_with("OpenSSL/3");
}

class PooledCurlTransport final : public CurlTransport {
 public:
  PooledCurlTransport(CurlOptions options, TrustStore trust)
      : settings_{.user_agent = std::move(options.user_agent), .proxy = std::move(options.proxy), .stop = options.stop},
        ca_bundle_(std::move(options.ca_bundle)),
        max_idle_(options.max_idle),
        trust_(std::move(trust)) {}

  Sent Send(HttpRequest& request) override {
    const std::string key = PoolKey(request);
    std::unique_ptr<CurlHandle> handle = Take(key);
    if (handle == nullptr) handle = CurlHandle::Make(share_.get(), trust_.get(), ca_bundle_);
    if (handle == nullptr) {
      return std::unexpected(
          TransportError{.kind = TransportError::Kind::kConnect, .message = "libcurl is out of memory"});
    }
    Sent sent = handle->Perform(request, settings_);
    requests_.fetch_add(1, std::memory_order_relaxed);
    connections_.fetch_add(static_cast<std::uint64_t>(handle->new_connections()), std::memory_order_relaxed);
    Give(key, std::move(handle));
    return sent;
  }

  Result<std::unique_ptr<TaskLoop>> MakeLoop() override {
    return CurlLoop::Make({.settings = settings_, .trust = trust_.get(), .ca_bundle = ca_bundle_});
  }

  CurlStats stats() const override { return {.requests = requests_.load(), .connections = connections_.load()}; }

 private:
  // Handles with the same key can use each other's connections.
  static std::string PoolKey(const HttpRequest& request) {
    std::string key = HostHeader(request.url);
    key += request.url.scheme == Scheme::kHttps ? " https" : " http";
    if (!request.through_proxy) key += " direct";
    return key;
  }

  // The handle of that key that was used last: its connection is the least likely to have been closed by the other
  // side. Without one, and with many idle, one of another key gives up its connection, so that many hosts cannot grow
  // the pool without bound.
  std::unique_ptr<CurlHandle> Take(const std::string& key) {
    MutexLock lock(mu_);
    auto at = idle_.find(key);
    if (at == idle_.end()) {
      if (idle_count_ < max_idle_) return nullptr;
      at = idle_.begin();
    }
    if (at == idle_.end()) return nullptr;
    std::unique_ptr<CurlHandle> handle = std::move(at->second.back());
    at->second.pop_back();
    if (at->second.empty()) idle_.erase(at);
    --idle_count_;
    return handle;
  }

  void Give(const std::string& key, std::unique_ptr<CurlHandle> handle) {
    MutexLock lock(mu_);
    idle_[key].push_back(std::move(handle));
    ++idle_count_;
  }

  const CurlSettings settings_;
  const std::optional<std::string> ca_bundle_;
  const std::size_t max_idle_;
  // Handles go before what they share.
  const TrustStore trust_;
  Share share_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> connections_{0};
  Mutex mu_;
  std::unordered_map<std::string, std::vector<std::unique_ptr<CurlHandle>>> idle_ GUARDED_BY(mu_);
  std::size_t idle_count_ GUARDED_BY(mu_) = 0;
};

}  // namespace

Sent TaskTransport::Send(HttpRequest& request) {
  CurlLoop* loop = CurlLoop::Current();
  return loop != nullptr ? loop->Send(request) : next_->Send(request);
}

Result<std::unique_ptr<CurlTransport>> MakeCurlTransport(CurlOptions options) {
  InitializeOnce();
  TrustStore trust;
  TRY_ASSIGN(trust, OpenTrustStore(options.ca_bundle));
  if (!CurlUsesOurOpenSsl()) trust.reset();
  return std::make_unique<PooledCurlTransport>(std::move(options), std::move(trust));
}

}  // namespace vams
