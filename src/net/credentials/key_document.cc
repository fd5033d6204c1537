#include "net/credentials/key_document.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "net/http_date.h"
#include "net/service_error.h"

namespace vams {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> Bad(std::string_view why) { return Fail(ErrorCode::kBadReply, "{}", why); }

// Takes the text out of the document, so that no second copy stays behind.
std::optional<std::string> TakeText(Json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return std::exchange(found->get_ref<std::string&>(), {});
}

Result<std::optional<UtcTime>> ReadTime(Json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (found->is_number_integer()) {
    // Sign-in portals count milliseconds. The bound is the year 9999: past it the arithmetic would overflow.
    const auto millis = found->get<std::int64_t>();
    if (millis < 0 || millis > 253402300799000) return Bad(fmt::format("its {} is no time", name));
    return UtcTime{std::chrono::milliseconds(millis)};
  }
  const std::optional<UtcTime> time =
      found->is_string() ? ParseExpiry(found->get_ref<const std::string&>()) : std::nullopt;
  if (!time) return Bad(fmt::format("its {} is no time", name));
  return time;
}

Result<Credentials> FromObject(Json& object, const KeyDocument& kind) {
  Credentials keys;
  const auto required = [&](std::string_view name, std::string& into) -> Status {
    std::optional<std::string> text = TakeText(object, name);
    if (!text || text->empty()) return Bad(fmt::format("it has no {}", name));
    into = *std::move(text);
    return {};
  };
  TRY(required(kind.key_id, keys.access_key_id));
  std::string secret;
  TRY(required(kind.secret, secret));
  keys.secret_access_key = Secret(std::move(secret));
  std::string token = TakeText(object, kind.token).value_or("");
  if (token.empty() && kind.token_required) return Bad(fmt::format("it has no {}", kind.token));
  keys.session_token = Secret(std::move(token));
  TRY_ASSIGN(keys.expiry, ReadTime(object, kind.expiry));
  if (!keys.expiry && kind.expiry_required) return Bad(fmt::format("it has no {}", kind.expiry));
  if (const std::string wrong = WhatIsWrongWith(keys); !wrong.empty()) return Bad(wrong);
  return keys;
}

std::optional<int> Digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  return value;
}

}  // namespace

Result<Credentials> ParseKeyDocument(std::string& json, const KeyDocument& kind) {
  // The parser's own words quote the text, which holds keys: they are not used.
  Json document = Json::parse(json, nullptr, false);
  Secret::Wipe(json);
  if (!document.is_object()) return Bad("it is not a JSON object");
  if (kind.version != 0 && (!document.contains("Version") || document["Version"] != kind.version)) {
    return Bad(fmt::format("its Version is not {}", kind.version));
  }
  if (kind.inside.empty()) return FromObject(document, kind);
  const auto inner = document.find(kind.inside);
  if (inner == document.end() || !inner->is_object()) return Bad(fmt::format("it has no {}", kind.inside));
  return FromObject(*inner, kind);
}

std::string WhatIsWrongWith(const Credentials& keys) {
  const auto visible = [](std::string_view text) {
    return text.find_first_not_of(
               "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") ==
           std::string_view::npos;
  };
  if (keys.access_key_id.empty()) return "the access key id is empty";
  if (keys.secret_access_key.empty()) return "the secret access key is empty";
  // Both go into a header; a line break there would be a second header.
  if (!visible(keys.access_key_id)) return "the access key id has a character that no key id has";
  if (!visible(keys.session_token.Reveal())) return "the session token has a character that no token has";
  if (!visible(keys.secret_access_key.Reveal())) return "the secret access key has a character that no key has";
  return "";
}

std::optional<UtcTime> ParseExpiry(std::string_view text) {
  for (const std::string_view zone : {"UTC", "GMT"}) {
    if (text.ends_with(zone)) text.remove_suffix(zone.size());
  }
  if (const std::optional<UtcTime> utc = ParseIso(text)) return utc;
  if (text.size() < 20) return std::nullopt;
  const std::size_t sign = text.find_first_of("+-", 19);
  if (sign == std::string_view::npos) return std::nullopt;
  std::string offset(text.substr(sign + 1));
  std::erase(offset, ':');
  const std::optional<int> number = offset.size() == 4 ? Digits(offset) : std::nullopt;
  const std::optional<UtcTime> local = ParseIso(text.substr(0, sign));
  if (!number || !local || *number % 100 > 59 || *number > 2359) return std::nullopt;
  const auto ahead = std::chrono::hours(*number / 100) + std::chrono::minutes(*number % 100);
  return text[sign] == '+' ? *local - ahead : *local + ahead;
}

UtcTime OnThisClock(UtcTime expiry, const HttpReply& reply, UtcTime now) {
  const std::optional<UtcTime> theirs = ParseHttpDate(reply.headers.Get("Date"));
  if (!theirs || std::chrono::abs(now - *theirs) < std::chrono::minutes(4)) return expiry;
  return expiry + (now - *theirs);
}

Result<HttpReply> AcceptFromKeyService(Sent sent, const Call& call, std::initializer_list<const Secret*> secrets) {
  if (sent && (sent->status < 200 || sent->status > 299) && ReadServiceError(call.service, *sent).code.empty()) {
    Secret::Wipe(sent->body);
  }
  Result<HttpReply> reply = Accept(std::move(sent), call);
  if (!reply) return std::unexpected(Redacted(std::move(reply).error(), secrets));
  return reply;
}

Error Redacted(Error error, std::initializer_list<const Secret*> secrets) {
  for (const Secret* secret : secrets) {
    if (secret->empty()) continue;
    for (std::string* text : {&error.message, &error.hint}) {
      for (std::size_t at = 0; (at = text->find(secret->Reveal(), at)) != std::string::npos;) {
        text->replace(at, secret->Reveal().size(), "***");
      }
    }
  }
  return error;
}

}  // namespace vams
