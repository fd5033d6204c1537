#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/percent.h"
#include "net/credentials/chain.h"
#include "net/credentials/metadata_sources.h"
#include "net/curl_transport.h"
#include "testing/fake_clock.h"
#include "testing/loopback_server.h"
#include "testing/temp_dir.h"

namespace vams {

// A machine in a nutshell: a home directory, an environment, a clock, and one server on loopback that stands in for all
// that gives credentials. Every secret in it has "hunter2" in it, and nothing that is shown may.
struct CredentialsWorld {
  using Request = LoopbackServer::Request;
  using Reply = LoopbackServer::Reply;

  TempDir home;
  FakeClock clock;
  // By "METHOD /path", the query cut off. What nobody set is a 404.
  std::map<std::string, LoopbackServer::Handler> routes{};
  std::mutex mu;
  std::vector<Request> seen{};
  LoopbackServer server{[this](const Request& request) {
    const std::lock_guard lock(mu);
    seen.push_back(request);
    const auto route = routes.find(request.method + " " + request.target.substr(0, request.target.find('?')));
    return route == routes.end() ? Reply{.status = 404, .body = "hunter2 no such thing"} : route->second(request);
  }};
  Environment environment{{"HOME", home.str()},
                          {"PATH", "/usr/bin:/bin"},
                          {"AWS_REGION", "eu-west-1"},
                          {"AWS_EC2_METADATA_DISABLED", "true"},
                          {"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url()},
                          {"AWS_ENDPOINT_URL_STS", server.url()},
                          {"AWS_ENDPOINT_URL_SSO", server.url()},
                          {"AWS_ENDPOINT_URL_SSO_OIDC", server.url()}};
  AwsFlags flags{};
  std::shared_ptr<Transport> wire = *MakeCurlTransport({});
  std::vector<std::string> tolerated{};

  std::string Path(const std::string& name) const { return home.str() + "/" + name; }
  std::string Write(const std::string& name, const std::string& text, int mode = 0600) {
    const std::string path = Path(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    chmod(path.c_str(), static_cast<mode_t>(mode));
    return path;
  }
  void Config(const std::string& text) { Write(".aws/config", text); }
  void CredentialsFile(const std::string& text) { Write(".aws/credentials", text); }
  std::string Script(const std::string& name, const std::string& text) {
    return Write("bin/" + name, "#!/bin/sh\n" + text, 0700);
  }

  CredentialDeps Deps() {
    return {.wire = wire,
            .clock = &clock,
            .random = [] { return 0.5; },
            .on_failed_refresh = [this](const Error& error) { tolerated.push_back(Shown(error)); }};
  }

  Result<AwsSettings> Settings() {
    auto files = LoadProfileFiles(environment);
    if (!files) return std::unexpected(files.error());
    return ResolveSettings(environment, *std::move(files), flags);
  }

  Result<std::unique_ptr<CredentialsProvider>> Chain() {
    auto settings = Settings();
    if (!settings) return std::unexpected(settings.error());
    return MakeCredentialChain(*settings, Deps());
  }

  // Everything of an error that a user may see.
  static std::string Shown(const Error& error) {
    std::string text = error.message;
    if (!error.hint.empty()) text += " / " + error.hint;
    const std::string all = text + error.operation + error.request_id;
    EXPECT_EQ(all.find("hunter2"), std::string::npos) << all;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }

  // "AKID from where", or what is shown instead. The secret and token must be those of that key id.
  static std::string Described(const Result<Credentials>& keys) {
    if (!keys) return Shown(keys.error());
    EXPECT_EQ(keys->secret_access_key.Reveal(), "hunter2-secret-" + keys->access_key_id);
    if (!keys->session_token.empty()) {
      EXPECT_EQ(keys->session_token.Reveal(), "hunter2-token-" + keys->access_key_id);
    }
    EXPECT_EQ(keys->source.find("hunter2"), std::string::npos);
    return keys->access_key_id + " from " + keys->source;
  }

  // Of a new chain.
  std::string Got() {
    auto chain = Chain();
    return chain ? Described((*chain)->Get()) : Shown(chain.error());
  }

  UtcTime In(Duration d) const { return clock.Now() + d; }

  // The three kinds of documents.
  std::string KeyJson(const std::string& id, std::optional<UtcTime> expiry,
                      const std::string& token_name = "Token") const {
    std::string text = fmt::format(
        R"({{"Version": 1, "Code": "Success", "AccessKeyId": "{}", "SecretAccessKey": "hunter2-secret-{}", "{}": "hunter2-token-{}")",
        id, id, token_name, id);
    if (expiry) text += fmt::format(R"(, "Expiration": "{}")", FormatIsoSeconds(*expiry));
    return text + "}";
  }
  std::string StsXml(const std::string& operation, const std::string& id, UtcTime expiry) const {
    return fmt::format(
        "<{}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{}Result><Credentials><AccessKeyId>{}"
        "</AccessKeyId><SecretAccessKey>hunter2-secret-{}</SecretAccessKey><SessionToken>hunter2-token-{}</"
        "SessionToken>"
        "<Expiration>{}</Expiration></Credentials></{}Result></{}Response>",
        operation, operation, id, id, id, FormatIsoSeconds(expiry), operation, operation);
  }
  static std::string StsError(const std::string& code, const std::string& message) {
    return fmt::format(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>"
        "<RequestId>r-1</RequestId></ErrorResponse>",
        code, message);
  }

  // A form's field.
  static std::string Field(const std::string& body, const std::string& name) {
    for (const std::string_view pair : Split(body, '&')) {
      if (pair.starts_with(name + "=")) return PercentDecode(pair.substr(name.size() + 1), true);
    }
    return "(absent)";
  }
};

}  // namespace vams
