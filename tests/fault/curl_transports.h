#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "net/curl_transport.h"
#include "testing/loopback_server.h"

// What the tests of transports have in common.
namespace vams::curl_tests {

using Kind = TransportError::Kind;
using Request = LoopbackServer::Request;
using Reply = LoopbackServer::Reply;
using Then = LoopbackServer::Then;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline std::unique_ptr<CurlTransport> MakeTransportOf(CurlOptions options = {}) {
  auto made = MakeCurlTransport(std::move(options));
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

// Sends each request within a task of a loop.
class InATask final : public CurlTransport {
 public:
  explicit InATask(std::shared_ptr<CurlTransport> next) : next_(std::move(next)), loop_(*next_->MakeLoop()) {}
  Sent Send(HttpRequest& request) override {
    std::optional<Sent> sent;
    loop_->Spawn([&] { sent = TaskTransport(next_).Send(request); });
    while (!sent) loop_->Turn(seconds(1));
    return *std::move(sent);
  }
  CurlStats stats() const override { return next_->stats(); }
  Result<std::unique_ptr<TaskLoop>> MakeLoop() override { return next_->MakeLoop(); }

 private:
  const std::shared_ptr<CurlTransport> next_;
  const std::unique_ptr<TaskLoop> loop_;
};

enum class Where { kOnAThread, kInATask };

// What comes of a request does not depend on who waits for it.
class CurlTransportTest : public testing::TestWithParam<Where> {
 protected:
  static std::unique_ptr<CurlTransport> MakeTransportOf(CurlOptions options = {}) {
    auto transport = curl_tests::MakeTransportOf(std::move(options));
    if (GetParam() == Where::kOnAThread) return transport;
    return std::make_unique<InATask>(std::move(transport));
  }
};
inline std::string NameOf(const testing::TestParamInfo<Where>& info) {
  return info.param == Where::kOnAThread ? "OnAThread" : "InATask";
}
inline const auto kBoth = testing::Values(Where::kOnAThread, Where::kInATask);

inline HttpRequest To(const std::string& url, Method method = Method::kGet, std::string body = {}) {
  HttpRequest request{.call = {Service::kDynamoDb, "Scan"}, .method = method};
  request.url = *ParseUrl(url);
  if (!body.empty()) request.body = Body(std::move(body));
  return request;
}

inline Reply Echo(const Request& request) {
  return {.headers = {{"x-method", request.method}, {"x-target", request.target}}, .body = request.body};
}

inline void ExpectKind(const Sent& sent, Kind want, bool applied) {
  ASSERT_FALSE(sent) << "status " << sent->status;
  EXPECT_EQ(TransportErrorName(sent.error().kind), TransportErrorName(want)) << sent.error().message;
  EXPECT_EQ(sent.error().may_have_been_applied, applied) << sent.error().message;
}

}  // namespace vams::curl_tests
