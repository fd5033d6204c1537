#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/fault/curl_transports.h"

namespace vams::curl_tests {
namespace {

TEST(CurlLoop, ManyTasksWaitAtOnceOnOneThreadAndKeepTheirConnections) {
  LoopbackServer server([](const Request& request) {
    Reply reply = Echo(request);
    reply.wait = milliseconds(20);
    return reply;
  });
  const std::shared_ptr<CurlTransport> transport = MakeTransportOf();
  const auto loop = *transport->MakeLoop();
  TaskTransport sender(transport);
  int done = 0;
  std::size_t most = 0;
  for (int i = 0; i < 30; ++i) {
    loop->Spawn([&, i] {
      for (int n = 0; n < 3; ++n) {
        const std::string body = std::to_string(i) + "." + std::to_string(n);
        const Sent sent = sender.Send(To(server.url(), Method::kPost, body));
        EXPECT_TRUE(sent && sent->body == body);
      }
      ++done;
    });
    most = std::max(most, loop->running());
  }
  EXPECT_EQ(most, 30u);
  while (loop->running() > 0) loop->Turn(seconds(1));
  EXPECT_EQ(done, 30);
  EXPECT_LE(server.connections(), 30);
  EXPECT_EQ(transport->stats().requests, 0u) << "none of them on a connection of the threads";
}

TEST(CurlLoop, WakeEndsATurnFromAnotherThread) {
  const std::shared_ptr<CurlTransport> transport = MakeTransportOf();
  const auto loop = *transport->MakeLoop();
  std::atomic<bool> over = false;
  std::jthread waker([&] {
    while (!over) loop->Wake();
  });
  for (int i = 0; i < 3; ++i) loop->Turn(std::chrono::hours(1));
  over = true;
}

TEST(CurlLoop, WhatIsInFlightAtItsEndIsCancelled) {
  LoopbackServer server([](const Request&) { return Reply{.wait = seconds(20)}; });
  const std::shared_ptr<CurlTransport> transport = MakeTransportOf();
  std::optional<Sent> sent;
  {
    const auto loop = *transport->MakeLoop();
    loop->Spawn([&] { sent = TaskTransport(transport).Send(To(server.url())); });
    loop->Turn(milliseconds(10));
    EXPECT_FALSE(sent);
  }
  ASSERT_TRUE(sent);
  ASSERT_FALSE(*sent);
  EXPECT_EQ(TransportErrorName(sent->error().kind), TransportErrorName(Kind::kCancelled));
}

TEST(CurlLoop, OutsideOfATaskItIsTheTransportItself) {
  LoopbackServer server(Echo);
  const std::shared_ptr<CurlTransport> transport = MakeTransportOf();
  EXPECT_TRUE(TaskTransport(transport).Send(To(server.url())));
  EXPECT_EQ(transport->stats().requests, 1u);
}

}  // namespace
}  // namespace vams::curl_tests
