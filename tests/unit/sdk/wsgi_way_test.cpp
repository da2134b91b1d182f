// The WSGI way: app(environ, start_response) and all that it may return.
#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::Environ;
using gateway::StartResponse;
using gateway::TestClient;
using gateway::TestResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

auto view_body(const Environ& env, StartResponse& start_response) {
  start_response(200, {{"content-type", "text/plain"}});
  return env.path_info();
}

std::string string_body(const Environ& env, StartResponse& start_response) {
  start_response(201, {{"x-query", env.query_string()}});
  return std::string(100'000, 's');
}

std::vector<std::string> chunked_body(const Environ&, StartResponse& start_response) {
  start_response(200);
  return {"one ", "", "two ", std::string(40'000, '3')};
}

std::array<std::string_view, 2> array_body(const Environ&,
                                           StartResponse& start_response) {
  start_response(200);
  return {"a", "b"};
}

void writer_body(const Environ&, StartResponse& start_response) {
  gateway::Writer& writer = start_response(200, {{"content-type", "text/plain"}});
  for (int i = 0; i < 100; ++i) {
    writer.write(std::string(1000, static_cast<char>('a' + i % 26)));
    writer.flush();
  }
}

std::string_view no_body(const Environ&, StartResponse& start_response) {
  start_response(204);
  return {};
}

std::string_view forgetful(const Environ&, StartResponse&) {
  return "where is the head?";
}

void silent(const Environ&, StartResponse&) {}

std::string_view many_fields(const Environ&, StartResponse& start_response) {
  std::vector<gateway::Field> fields(40, {"set-cookie", "a=b"});
  start_response(200, fields);
  return "ok";
}

std::string_view second_thoughts(const Environ&, StartResponse& start_response) {
  start_response(200, {{"x-first", "1"}});
  start_response.replace(500, {{"x-second", "2"}});
  return "replaced";
}

std::string_view reads_headers(const Environ& env, StartResponse& start_response) {
  start_response(200);
  return env.header("X-Wanted").value_or("none");
}

}  // namespace

GATEWAY_APP(view_body);
GATEWAY_APP(string_body);
GATEWAY_APP(chunked_body);
GATEWAY_APP(array_body);
GATEWAY_APP(writer_body);
GATEWAY_APP(no_body);
GATEWAY_APP(forgetful);
GATEWAY_APP(silent);
GATEWAY_APP(many_fields);
GATEWAY_APP(second_thoughts);
GATEWAY_APP(reads_headers, GW_BLOCKING);

TEST(WsgiWay, ReturnedTextIsTheBody) {
  const TestResult result = TestClient(gw1_view_body).get("/a%20b?c=d");
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.header("Content-Type"), "text/plain");
  EXPECT_EQ(result.body, "/a b");
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(WsgiWay, ALongStringIsContinuedWhereTheHostTookOnlyAPart) {
  TestClient client(gw1_string_body);
  client.conditions.room = GW_TAKEN_WHOLE;
  const TestResult result = client.get("/?q=1");
  EXPECT_EQ(result.header("x-query"), "q=1");
  EXPECT_EQ(result.body, std::string(100'000, 's'));
  EXPECT_EQ(result.bodies_closed, 1);
  EXPECT_EQ(result.close_reason, GW_OK);
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(WsgiWay, ALongStringThatIsTakenWholeNeedsNoSource) {
  const TestResult result = TestClient(gw1_string_body).get("/");
  EXPECT_EQ(result.body.size(), 100'000u);
  EXPECT_EQ(result.bodies_closed, 0);
}

TEST(WsgiWay, ARangeOfChunksIsTheBody) {
  const TestResult result = TestClient(gw1_chunked_body).get("/");
  EXPECT_EQ(result.body, "one two " + std::string(40'000, '3'));
  EXPECT_EQ(result.bodies_closed, 1);
  EXPECT_EQ(TestClient(gw1_array_body).get("/").body, "ab");
}

TEST(WsgiWay, WhatTheWriterHasNoRoomForLeavesLater) {
  TestClient client(gw1_writer_body);
  const std::string whole = client.get("/").body;
  EXPECT_EQ(whole.size(), 100'000u);
  client.conditions.room = GW_TAKEN_WHOLE;
  client.conditions.pulls = 777;
  const TestResult result = client.get("/");
  EXPECT_EQ(result.body, whole);
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(WsgiWay, AClientThatLeavesEndsTheBody) {
  TestClient client(gw1_string_body);
  client.conditions.room = GW_TAKEN_WHOLE;
  client.conditions.leaves_after = 50'000;
  const TestResult result = client.get("/");
  EXPECT_TRUE(result.aborted);
  EXPECT_EQ(result.code, GW_E_GONE);
  EXPECT_EQ(result.bodies_closed, 1);
  EXPECT_EQ(result.close_reason, GW_E_GONE);
}

TEST(WsgiWay, AnEmptyBodyIsNotWritten) {
  const TestResult result = TestClient(gw1_no_body).get("/");
  EXPECT_EQ(result.status, 204u);
  EXPECT_FALSE(result.failed);
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(WsgiWay, ABodyWithoutStartResponseIsAFailure) {
  const TestResult result = TestClient(gw1_forgetful).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_STATE);
  ASSERT_EQ(result.log.size(), 1u);
  EXPECT_EQ(result.log[0].text, "the app gave a body without start_response");
}

TEST(WsgiWay, NoAnswerAtAllIsAFailure) {
  const TestResult result = TestClient(gw1_silent).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_THAT(result.violations, ElementsAre("GW-C3: no answer"));
}

TEST(WsgiWay, AHeadMayHaveAnyNumberOfFields) {
  EXPECT_EQ(TestClient(gw1_many_fields).get("/").headers.size(), 40u);
}

TEST(WsgiWay, AHeadThatHasNotLeftIsReplaced) {
  const TestResult result = TestClient(gw1_second_thoughts).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.header("x-second"), "2");
  EXPECT_FALSE(result.header("x-first"));
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(WsgiWay, HeadersAreFoundWithoutCase) {
  TestClient client(gw1_reads_headers);
  EXPECT_EQ(client.get("/", {{"x-WANTED", "yes"}}).body, "yes");
  EXPECT_EQ(client.get("/").body, "none");
}

TEST(WsgiWay, AnAppIsAnEventAppUnlessItSaysThatItBlocks) {
  EXPECT_EQ(gw1_view_body.flags, 0u);
  EXPECT_EQ(gw1_reads_headers.flags, GW_BLOCKING);
}
