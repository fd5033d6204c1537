#include "net/curl_request.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/text.h"
#include "net/gzip.h"

namespace vams {
namespace {

using Transfer = CurlTransfer;
using SteadyTime = std::chrono::steady_clock::time_point;
using Kind = TransportError::Kind;
using std::chrono::milliseconds;

// More than any service sends; a server that sends headers without end must not fill the memory.
constexpr std::size_t kMaxHeaderBytes = 256 << 10;
std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kMaxHeaderBytes) {
    transfer.too_large = true;
    return 0;
  }
  std::string_view line(data, size);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a final reply may follow an interim one, such as 100 Continue
    transfer.reply.headers = {};
    transfer.reply.headers.Reserve(16);
    transfer.headers_done = false;
    return size;
  }
  if (line.empty()) transfer.headers_done = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  transfer.reply.headers.Add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  std::string& body = transfer.reply.body;
  if (body.size() + size > transfer.request.max_reply.value) {
    transfer.too_large = true;
    return 0;
  }
  if (body.empty()) {
    const std::string_view length = transfer.reply.headers.Get("content-length");
    std::uint64_t expected = 0;
    std::from_chars(length.data(), length.data() + length.size(), expected);
    body.reserve(std::min<std::uint64_t>(expected, transfer.request.max_reply.value));
  }
  body.append(data, size);
  return size;
}

// Bytes, over all connections that libcurl has tried.
long Written(const Transfer& transfer) {
  long written = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &written);
  return written;
}

// Whether any of a request that must not be carried out twice has been written.
bool IsUnderWay(const Transfer& transfer) {
  return transfer.written_before && Written(transfer) > *transfer.written_before;
}

// libcurl quietly sends again, on another connection, what a kept one did not answer. A request that must not be
// carried out twice begins once.
int BeforeRequest(void* user, char*, char*, int, int) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  if (IsUnderWay(transfer)) return CURL_PREREQFUNC_ABORT;
  transfer.written_before = Written(transfer);
  return CURL_PREREQFUNC_OK;
}

CURLcode UseTrustStore(CURL*, void* ssl_context, void* store) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_context), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

std::string Where(const HttpRequest& request) {
  return Printable(request.url.host) + ":" + std::to_string(EffectivePort(request.url));
}

bool HasLineBreak(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// "" when the request can be written as HTTP.
std::string_view WhyNotHttp(const HttpRequest& request) {
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7f; };
  const auto is_of_path = [&](char c) { return is_plain(c) && c != '?' && c != '#'; };
  if (request.url.host.empty() || !std::ranges::all_of(request.url.host, is_plain)) {
    return "the host is none";
  }
  if (!request.url.path.starts_with('/') || !std::ranges::all_of(request.url.path, is_of_path)) {
    return "the path is not percent-encoded";
  }
  for (const auto& [name, value] : request.headers.entries()) {
    if (name.empty() || HasLineBreak(name) || HasLineBreak(value)) return "a header holds a line break";
  }
  return {};
}

// A list that is built at its end: libcurl's own function goes to the end from its beginning each time.
class HeaderList {
 public:
  void Append(const char* line) {
    curl_slist* longer = curl_slist_append(last_, line);
    if (longer == nullptr) return;
    if (last_ == nullptr) {
      first_.reset(longer);
      last_ = longer;
    } else {
      last_ = last_->next;
    }
  }
  CurlList Take() { return std::move(first_); }

 private:
  CurlList first_;
  curl_slist* last_ = nullptr;
};

CurlList HeaderLines(const HttpRequest& request) {
  HeaderList lines;
  std::string line;
  for (const auto& [name, value] : request.headers.entries()) {
    if (SameHeaderName(name, "content-length")) continue;  // libcurl writes the true one
    line = name;
    if (value.empty()) {
      line += ';';
    } else {
      line.append(": ").append(value);
    }
    lines.Append(line.c_str());
  }
  // What libcurl would add of its own; an Expect costs a round trip for bodies of 1 MiB and more.
  if (request.headers.Find("Accept") == nullptr) lines.Append("Accept:");
  if (request.headers.Find("Content-Type") == nullptr) lines.Append("Content-Type:");
  if (request.headers.Find("Expect") == nullptr) lines.Append("Expect:");
  if (request.accept_gzip && request.headers.Find("Accept-Encoding") == nullptr) lines.Append("Accept-Encoding: gzip");
  return lines.Take();
}

void SetMethodAndBody(CURL* easy, Transfer& transfer) {
  const HttpRequest& request = transfer.request;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);  // first, because it makes the request a POST
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, nullptr);
  if (request.method == Method::kHead) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool has_body = !request.body.empty() || request.method == Method::kPost || request.method == Method::kPut;
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    const std::string_view bytes = request.body.view();
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bytes.empty() ? "" : bytes.data());
  }
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request.idempotency == Idempotency::kYes ? nullptr : BeforeRequest);
  // The string of MethodName ends in a zero: it is a literal.
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, MethodName(request.method).data());
}

std::string WithoutLineEnds(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return Printable(text);
}

// Handshakes that the network broke, not the other side's certificate or choice of version.
bool BrokeInHandshake(std::string_view text) {
  return text.find("SSL_ERROR_SYSCALL") != text.npos || text.find("Connection reset") != text.npos ||
         text.find("SSL_ERROR_ZERO_RETURN") != text.npos || text.find("unexpected eof") != text.npos;
}

Kind KindOf(CURLcode code, bool sent, const Transfer& transfer, std::string_view text) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return Kind::kResolve;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED: return Kind::kConnect;
    case CURLE_OPERATION_TIMEDOUT: return sent ? Kind::kTotalTimeout : Kind::kConnectTimeout;  // libcurl's own
    case CURLE_SSL_CONNECT_ERROR: return BrokeInHandshake(text) ? Kind::kConnect : Kind::kTls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_USE_SSL_FAILED: return Kind::kTls;
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT: return Kind::kBadRequest;
    case CURLE_WRITE_ERROR: return transfer.too_large ? Kind::kTooLarge : Kind::kBadHttp;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING: return Kind::kBadHttp;
    case CURLE_PARTIAL_FILE: return Kind::kCutBody;
    default: break;
  }
  if (!sent) return Kind::kConnect;
  return transfer.header_bytes > 0 ? Kind::kCutBody : Kind::kReset;
}

// What the services sum up before they send it, over the bytes as sent (aws-facts section 2).
bool ChecksumMatches(const HttpReply& reply) {
  const std::string_view text = reply.headers.Get("x-amz-crc32");
  std::uint32_t want = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), want);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return true;
  return Crc32(reply.body) == want;
}

Sent Finished(Transfer&& transfer) {
  HttpReply& reply = transfer.reply;
  const auto refuse = [&](Kind kind, std::string why) {
    return std::unexpected(
        TransportError{.kind = kind, .may_have_been_applied = true, .message = Where(transfer.request) + ": " + why});
  };
  // libcurl takes a reply that ends within its headers for a whole one.
  if (!transfer.headers_done) return refuse(Kind::kCutBody, "the reply ends within its headers");
  if (transfer.request.method == Method::kHead) return std::move(reply);
  if (!ChecksumMatches(reply)) return refuse(Kind::kCutBody, "the reply does not match its checksum");
  const std::string encoding = AsciiLower(reply.headers.Get("content-encoding"));
  if (encoding.empty() || encoding == "identity" || encoding == "aws-chunked" || reply.body.empty())
    return std::move(reply);
  if (encoding != "gzip" && encoding != "x-gzip") {
    return refuse(Kind::kBadHttp, "the reply has an encoding that was not asked for: " + Printable(encoding));
  }
  Result<std::string> plain = GzipDecompress(reply.body, transfer.request.max_reply);
  if (!plain) {
    return refuse(plain.error().code == ErrorCode::kTooLarge ? Kind::kTooLarge : Kind::kBadHttp, plain.error().message);
  }
  reply.body = *std::move(plain);
  return std::move(reply);
}

}  // namespace

std::unique_ptr<CurlRequest> CurlRequest::Make(CURLSH* share, void* trust,
                                               const std::optional<std::string>& ca_bundle) {
  std::unique_ptr<CurlRequest> handle(new CurlRequest());
  handle->easy_.reset(curl_easy_init());
  CURL* easy = handle->easy_.get();
  if (easy == nullptr) return nullptr;
  curl_easy_setopt(easy, CURLOPT_SHARE, share);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, handle->error_text_.data());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // "//" and ".." are part of S3's keys
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);  // the least
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  // Verification has no switch.
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  if (trust != nullptr) {
    // The authorities come from the store alone; libcurl would load its own file for each connection.
    for (const CURLoption option : {CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH}) {
      curl_easy_setopt(easy, option, nullptr);
    }
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, UseTrustStore);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, trust);
  } else if (ca_bundle) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_bundle->c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, ca_bundle->c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  }
  return handle;
}

std::optional<TransportError> CurlRequest::Begin(const HttpRequest& request, const CurlSettings& settings) {
  if (const std::string_view why = WhyNotHttp(request); !why.empty()) {
    return TransportError{.kind = Kind::kBadRequest, .message = fmt::format("{}: {}", Where(request), why)};
  }
  CURL* easy = easy_.get();
  transfer_.emplace(Transfer{.request = request, .easy = easy, .begun = std::chrono::steady_clock::now()});
  lines_ = HeaderLines(request);
  error_text_[0] = '\0';
  SetMethodAndBody(easy, *transfer_);
  // Each request under way has a buffer; what is long comes in pieces.
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, request.method == Method::kHead ? 1024L : 4096L);
  curl_easy_setopt(easy, CURLOPT_URL, FormatUrl(request.url).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines_.get());
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &*transfer_);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &*transfer_);
  const Route route{.https = request.url.scheme == Scheme::kHttps, .direct = !request.through_proxy};
  if (route_ != route) Take(route, settings);
  return std::nullopt;
}

// What stays the same from request to request, so that its strings are not copied for each.
void CurlRequest::Take(const Route& route, const CurlSettings& settings) {
  CURL* easy = easy_.get();
  const std::string& proxy = route.https ? settings.proxy.https : settings.proxy.http;
  curl_easy_setopt(easy, CURLOPT_USERAGENT, settings.user_agent.c_str());
  // Set even where there is none: unset, libcurl would read the environment by itself.
  curl_easy_setopt(easy, CURLOPT_PROXY, route.direct ? "" : proxy.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, route.direct ? "*" : settings.proxy.no_proxy.c_str());
  route_ = route;
}

void CurlRequest::Look(SteadyTime now) {
  curl_off_t before_transfer = 0;
  curl_off_t uploaded = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &before_transfer);
  curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &uploaded);
  const bool sent = before_transfer > 0;
  if (sent != transfer_->sent || uploaded != transfer_->uploaded) transfer_->last_sent = now;
  transfer_->sent = sent;
  transfer_->uploaded = uploaded;
}

CurlRequest::Timeout CurlRequest::NextTimeout(SteadyTime now) {
  Look(now);
  const Timeouts& timeouts = transfer_->request.timeouts;
  const auto left = [now](Duration whole, SteadyTime since) {
    return std::chrono::ceil<Duration>(whole - (now - since));
  };
  const Duration total = left(timeouts.total, transfer_->begun);
  if (!transfer_->sent) return {Kind::kConnectTimeout, std::min(total, left(timeouts.connect, transfer_->begun))};
  const Timeout of_total{Kind::kTotalTimeout, total};
  if (transfer_->header_bytes > 0) return of_total;
  const Timeout of_silence{Kind::kFirstByteTimeout, left(timeouts.first_byte, transfer_->last_sent)};
  return of_silence.left < of_total.left ? of_silence : of_total;
}

Sent CurlRequest::End(CURLcode code, std::optional<Kind> early) {
  Look({});
  Transfer transfer = *std::exchange(transfer_, std::nullopt);
  lines_.reset();
  const HttpRequest& request = transfer.request;
  const auto failed = [&](Kind kind, bool applied, std::string_view why) {
    return std::unexpected(TransportError{
        .kind = kind, .may_have_been_applied = applied, .message = fmt::format("{}: {}", Where(request), why)});
  };
  if (early == Kind::kCancelled) return failed(*early, transfer.sent, "cancelled");
  if (early) {
    const auto ms = [](Duration d) { return std::chrono::duration_cast<milliseconds>(d).count(); };
    const Timeouts& timeouts = request.timeouts;
    std::string why = fmt::format("no reply for {} ms", ms(timeouts.first_byte));
    if (early == Kind::kConnectTimeout) why = fmt::format("no connection after {} ms", ms(timeouts.connect));
    if (early == Kind::kTotalTimeout) why = fmt::format("no whole reply after {} ms", ms(timeouts.total));
    return failed(*early, transfer.sent, why);
  }
  if (code != CURLE_OK) {
    const std::string text = WithoutLineEnds(error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code));
    Kind kind = KindOf(code, transfer.sent, transfer, text);
    // Of a connection that libcurl opened only to send it again.
    const bool of_second = kind == Kind::kResolve || kind == Kind::kConnect || kind == Kind::kTls;
    if (of_second && IsUnderWay(transfer)) kind = Kind::kReset;
    if (kind == Kind::kTooLarge) {
      return failed(kind, true, fmt::format("the reply is longer than {} bytes", request.max_reply.value));
    }
    return failed(kind, transfer.sent && kind != Kind::kTls, text);
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.reply.status = static_cast<int>(status);
  return Finished(std::move(transfer));
}

}  // namespace vams
