// What gives credentials, whatever bytes it holds: documents of processes, containers, instances and sign-in portals,
// the XML of STS, the region of an instance. Credentials that are given can be sent; an error is one line and shows no
// more of the document than the service's own words. The first byte chooses the reader; a reply ends at a byte 0x1E.
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "base/text.h"
#include "net/credentials/key_document.h"
#include "net/credentials/metadata_sources.h"
#include "net/credentials/role_sources.h"
#include "net/region.h"
#include "testing/fake_clock.h"
#include "testing/scripted_transport.h"

namespace vams {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void CheckKeys(const Credentials& keys) { Require(WhatIsWrongWith(keys).empty()); }

void CheckFetched(const Result<Fetched>& fetched) {
  if (!fetched) {
    Require(fetched.error().message.find('\n') == std::string::npos);
    return;
  }
  if (const auto* keys = std::get_if<Credentials>(&*fetched)) {
    CheckKeys(*keys);
    Require(keys->expiry.has_value());
  }
}

// A source that speaks to the script, and the clock that it goes by.
struct World {
  explicit World(std::string_view replies) {
    for (const std::string_view reply : Split(replies, '\x1E')) script->Then(200, std::string(reply));
    script->Otherwise([](const HttpRequest&) { return HttpReply{.status = 404, .body = {}}; });
    deps.wire = script;
    deps.clock = &clock;
    deps.random = [] { return 0.5; };
  }
  FakeClock clock;
  std::shared_ptr<ScriptedTransport> script = std::make_shared<ScriptedTransport>();
  CredentialDeps deps;
};

void Document(std::string_view text) {
  const std::array kinds{
      KeyDocument{.version = 1},
      KeyDocument{.token = "Token", .token_required = true, .expiry_required = true},
      KeyDocument{.key_id = "accessKeyId",
                  .secret = "secretAccessKey",
                  .token = "sessionToken",
                  .expiry = "expiration",
                  .inside = "roleCredentials",
                  .token_required = true,
                  .expiry_required = true},
  };
  for (const KeyDocument& kind : kinds) {
    std::string json(text);
    const auto keys = ParseKeyDocument(json, kind);
    if (!keys) continue;
    CheckKeys(*keys);
    if (kind.token_required) Require(!keys->session_token.empty());
    if (kind.expiry_required) Require(keys->expiry.has_value());
  }
}

void Expiry(std::string_view text) {
  const auto time = ParseExpiry(text);
  if (!time) return;
  HttpReply reply;
  reply.headers.Add("Date", std::string(text));
  static_cast<void>(OnThisClock(*time, reply, *ParseIso("2025-06-01T00:00:00Z")));
}

void Role(std::string_view text) {
  World world(text);
  RoleRequest role{.role_arn = "arn:aws:iam::123456789012:role/r", .asked_by = "profile p"};
  const StsEndpoint sts{.endpoint = {.url = Url{.host = "sts.eu-west-1.amazonaws.com"}}, .region = "eu-west-1"};
  CheckFetched(AssumeRoleSource(std::move(role), nullptr, sts, RetryOptions{.max_attempts = 1}, world.deps)->Fetch());
}

void Container(std::string_view text) {
  World world(text);
  Environment environment;
  environment.Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/keys");
  CheckFetched(ContainerSource(environment, world.deps)->Fetch());
}

void Instance(std::string_view text) {
  World world(text);
  CheckFetched(InstanceSource(MetadataSettings{}, world.deps)->Fetch());
}

void Region(std::string_view text) {
  World world(text);
  const auto region = ResolveRegion(AwsSettings{}, world.deps);
  if (region) Require(IsRegionName(*region));
}

}  // namespace
}  // namespace vams

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::array kReaders{vams::Document,  vams::Expiry,   vams::Role,
                                vams::Container, vams::Instance, vams::Region};
  if (size == 0) return 0;
  kReaders[data[0] % kReaders.size()](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
