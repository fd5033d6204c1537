#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Just enough of HTTP/1.1 for clients that speak it well, without memory of its own per request.
namespace vams::rig {

enum class Door { kAws, kOpenSearch };  // the port that a request came in by

// Views into the connection's buffer, good until the next request is read.
struct Request {
  Door door = Door::kAws;
  std::string_view method{};
  std::string_view path{};           // as sent
  std::string_view query{};          // behind the '?', as sent
  std::string_view target{};         // X-Amz-Target
  std::string_view authorization{};  //
  std::string_view content_type{};
  std::string_view body{};  // unpacked
  bool body_gzip = false;
  bool close = false;  // the client wants no further request on the connection
};

// What a handler answers. Kept and cleared, so that its memory is used again.
struct Reply {
  int status = 200;
  std::string_view type;  // of the content; "" where there is none
  std::string headers;    // whole lines, each with its \r\n; Content-Length here replaces the one of the body
  std::string body;

  void Clear();
  void Refuse(int with_status, std::string_view with_type, std::string text);
};

struct Parsed {
  enum class State { kNeedsMore, kWhole, kBad };
  State state = State::kNeedsMore;
  std::size_t bytes = 0;  // of the request, where whole
  bool expects_continue = false;
};
// Reads one request off the front of `buffer` into `request`. Bodies come with a Content-Length.
Parsed ParseRequest(std::string_view buffer, Request& request);

// Appends the reply as sent. `head`: no body goes out, whatever its length is said to be.
void AppendReply(const Reply& reply, std::string_view request_id, bool head, bool close, std::string& out);

// The value of a query's or form's parameter, decoded; nullopt where it is not there.
std::optional<std::string> Parameter(std::string_view query, std::string_view name);
bool HasParameter(std::string_view query, std::string_view name);
std::string_view RawParameter(std::string_view query, std::string_view name);  // as sent; "" where absent
// Appends text with %XX decoded, '+' as ' ' where `plus_is_space`.
void AppendDecoded(std::string_view text, bool plus_is_space, std::string& out);
// Appends with everything but letters, digits, "-_.~/" as %XX, ' ' as '+': what S3 calls encoding-type=url.
void AppendUrlEncoded(std::string_view text, std::string& out);
void AppendXmlEscaped(std::string_view text, std::string& out);
void AppendNumber(std::uint64_t n, std::string& out);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace vams::rig
