// Bodies as coroutines: chunks, waiting for input, and every way in which they can end.
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::Environ;
using gateway::Generator;
using gateway::StartResponse;
using gateway::TestClient;
using gateway::TestResult;
using ::testing::IsEmpty;

int living = 0;

struct Witness {
  Witness() { ++living; }

  ~Witness() { --living; }
};

Generator countdown(const Environ&, StartResponse& start_response) {
  const Witness witness;
  start_response(200, {{"content-type", "text/plain"}});
  for (int i = 3; i > 0; --i) co_yield std::to_string(i) + " ";
  co_yield "";
  co_yield std::string_view("lift-off");
}

Generator mirror(const Environ& env, StartResponse& start_response) {
  const Witness witness;
  start_response(200);
  std::array<char, 7> buffer;
  for (;;) {
    const std::string_view bytes = co_await env.input().read(buffer);
    if (bytes.empty()) break;
    co_yield bytes;
  }
  co_yield ".";
}

Generator reads_first(const Environ& env, StartResponse& start_response) {
  std::array<char, 100> buffer;
  std::string all;
  for (;;) {
    const std::string_view bytes = co_await env.input().read(buffer);
    if (bytes.empty()) break;
    all += bytes;
  }
  start_response(201, {{"x-length", std::to_string(all.size())}});
  co_yield all;
}

Generator fails_first(const Environ&, StartResponse& start_response) {
  const Witness witness;
  start_response(200);
  if (living > 0) throw std::runtime_error("no chunk for you");
  co_yield "never";
}

Generator fails_later(const Environ&, StartResponse& start_response) {
  const Witness witness;
  start_response(200);
  co_yield "one";
  throw std::runtime_error("out of chunks");
}

Generator headless(const Environ&, StartResponse&) {
  co_yield "no head";
}

Generator empty(const Environ&, StartResponse& start_response) {
  start_response(204);
  co_return;
}

}  // namespace

GATEWAY_APP(countdown);
GATEWAY_APP(mirror);
GATEWAY_APP(reads_first);
GATEWAY_APP(fails_first);
GATEWAY_APP(fails_later);
GATEWAY_APP(headless);
GATEWAY_APP(empty);

class GeneratorApp : public ::testing::Test {
 protected:
  ~GeneratorApp() override { EXPECT_EQ(living, 0) << "a coroutine was not destroyed"; }
};

TEST_F(GeneratorApp, YieldedChunksAreTheBody) {
  for (const std::size_t pulls : {1u, 3u, 16'384u}) {
    SCOPED_TRACE(pulls);
    TestClient client(gw1_countdown);
    client.conditions.pulls = pulls;
    const TestResult result = client.get("/");
    EXPECT_EQ(result.body, "3 2 1 lift-off");
    EXPECT_EQ(result.bodies_closed, 1);
    EXPECT_THAT(result.violations, IsEmpty());
  }
}

TEST_F(GeneratorApp, WaitsForInputWithoutHoldingTheHost) {
  TestClient client(gw1_mirror);
  client.conditions.arrives = {0, 1, 9, 3};
  const TestResult result = client.post("/", "the quick brown fox jumps");
  EXPECT_EQ(result.body, "the quick brown fox jumps.");
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST_F(GeneratorApp, MayReadBeforeItKnowsItsAnswer) {
  TestClient client(gw1_reads_first);
  client.conditions.arrives = {0, 4};
  const TestResult result = client.post("/", "ten bytes.");
  EXPECT_EQ(result.status, 201u);
  EXPECT_EQ(result.header("x-length"), "10");
  EXPECT_EQ(result.body, "ten bytes.");
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST_F(GeneratorApp, ACutRequestReachesTheCoroutineAsAnError) {
  TestClient client(gw1_mirror);
  client.conditions.arrives = {5};
  client.conditions.body_cut_after = 8;
  const TestResult result = client.post("/", "the quick brown fox jumps");
  EXPECT_EQ(result.code, GW_E_GONE);
  EXPECT_EQ(result.close_reason, GW_E_GONE);
  EXPECT_TRUE(result.aborted);
}

TEST_F(GeneratorApp, AnExceptionBeforeTheFirstChunkIsA500) {
  const TestResult result = TestClient(gw1_fails_first).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_APP);
  ASSERT_EQ(result.log.size(), 1u);
  EXPECT_EQ(result.log[0].text, "no chunk for you");
}

TEST_F(GeneratorApp, AnExceptionAfterAChunkCutsTheConnection) {
  const TestResult result = TestClient(gw1_fails_later).get("/");
  EXPECT_TRUE(result.aborted);
  EXPECT_EQ(result.body, "one");
  EXPECT_EQ(result.code, GW_E_APP);
  EXPECT_EQ(result.bodies_closed, 1);
  ASSERT_EQ(result.log.size(), 1u);
  EXPECT_EQ(result.log[0].text, "out of chunks");
}

TEST_F(GeneratorApp, IsDestroyedWhenTheClientLeaves) {
  TestClient client(gw1_countdown);
  client.conditions.leaves_after = 3;
  const TestResult result = client.get("/");
  EXPECT_EQ(result.code, GW_E_GONE);
  EXPECT_EQ(result.bodies_closed, 1);
}

TEST_F(GeneratorApp, AChunkWithoutAHeadIsAFailure) {
  const TestResult result = TestClient(gw1_headless).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_STATE);
}

TEST_F(GeneratorApp, MayEndWithoutAChunk) {
  const TestResult result = TestClient(gw1_empty).get("/");
  EXPECT_EQ(result.status, 204u);
  EXPECT_FALSE(result.failed);
  EXPECT_EQ(result.bodies_closed, 0);
}
