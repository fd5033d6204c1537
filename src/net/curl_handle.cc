#include "net/curl_handle.h"

#include <algorithm>
#include <chrono>

namespace vams {
namespace {

using Kind = TransportError::Kind;
using std::chrono::milliseconds;

// How late a transfer may notice that it is to stop.
constexpr milliseconds kStopLatency{100};
constexpr milliseconds kLongestWait{1000};

}  // namespace

std::unique_ptr<CurlHandle> CurlHandle::Make(CURLSH* share, void* trust, const std::optional<std::string>& ca_bundle) {
  std::unique_ptr<CurlHandle> handle(new CurlHandle());
  handle->request_ = CurlRequest::Make(share, trust, ca_bundle);
  handle->multi_.reset(curl_multi_init());
  if (handle->request_ == nullptr || handle->multi_ == nullptr) return nullptr;
  curl_multi_setopt(handle->multi_.get(), CURLMOPT_MAXCONNECTS, 1L);
  return handle;
}

CurlHandle::~CurlHandle() {
  // The easy handle lets go of its connection before the multi handle that owns it goes.
  request_.reset();
  multi_.reset();
}

Sent CurlHandle::Perform(const HttpRequest& request, const CurlSettings& settings) {
  new_connections_ = 0;
  if (auto refused = request_->Begin(request, settings)) return std::unexpected(std::move(*refused));
  curl_multi_add_handle(multi_.get(), request_->easy());
  std::optional<Kind> early;
  const CURLcode code = Drive(settings.stop, early);
  curl_easy_getinfo(request_->easy(), CURLINFO_NUM_CONNECTS, &new_connections_);
  curl_multi_remove_handle(multi_.get(), request_->easy());
  return request_->End(code, early);
}

// Until the transfer is done, silent for too long, or to be stopped. CURLE_OK with `early` set: ended by us.
CURLcode CurlHandle::Drive(const StopFlag* stop, std::optional<Kind>& early) {
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    const CurlRequest::Timeout timeout = request_->NextTimeout(std::chrono::steady_clock::now());
    int more = 0;
    if (const CURLMsg* done = curl_multi_info_read(multi_.get(), &more); done != nullptr) return done->data.result;
    if (stop != nullptr && stop->requested()) {
      early = Kind::kCancelled;
      return CURLE_OK;
    }
    milliseconds wait = stop != nullptr ? kStopLatency : kLongestWait;
    const auto rest = std::chrono::duration_cast<milliseconds>(timeout.left);
    if (rest <= milliseconds(0)) {
      early = timeout.kind;
      return CURLE_OK;
    }
    wait = std::min(wait, rest);
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
}

}  // namespace vams
