// The plain way: Response app(const Request&).
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::Request;
using gateway::Response;
using gateway::TestClient;
using gateway::TestResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Response describe(const Request& request) {
  std::string text;
  text.append(request.method()).append(" ").append(request.script_name());
  text.append("|").append(request.path()).append("|").append(request.query());
  text.append("|").append(request.content_type()).append("|");
  text.append(request.remote_addr());
  return Response::text(std::move(text));
}

Response body_of(const Request& request) {
  std::string twice(request.body());
  return Response::of("application/octet-stream", twice.append(request.body()));
}

Response body_of_blocking(const Request& request) {
  return body_of(request);
}

Response headers_of_all_kinds(const Request&) {
  char buffer[32] = "from a buffer";
  Response response = Response::json("{}", 201);
  response.with_header("x-literal", "literal").with_header("x-buffer", buffer);
  for (int i = 0; i < 10; ++i) {
    response.with_header("x-" + std::to_string(i), std::to_string(i * 1'000'000));
  }
  buffer[0] = '?';
  return response;
}

Response elsewhere(const Request&) {
  return Response::redirect("/there");
}

Response splitting(const Request&) {
  return Response::text("x").with_header("x-evil", "a\r\nset-cookie: b");
}

}  // namespace

GATEWAY_APP(describe);
GATEWAY_APP(body_of);
GATEWAY_APP(body_of_blocking, GW_BLOCKING);
GATEWAY_APP(headers_of_all_kinds);
GATEWAY_APP(elsewhere);
GATEWAY_APP(splitting);

TEST(PlainWay, RequestShowsWhatWasAsked) {
  TestClient client(gw1_describe);
  client.conditions.script_name = "/shop";
  const TestResult result =
      client.post("/a%2Fb?c", "x", {{"Content-Type", "text/css"}});
  EXPECT_EQ(result.body, "POST /shop|/a/b|c|text/css|127.0.0.1");
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(PlainWay, TheBodyIsAskedForBeforeTheCallUnlessTheAppMayWait) {
  EXPECT_EQ(gw1_body_of.flags, GW_BUFFERED);
  EXPECT_EQ(gw1_body_of_blocking.flags, GW_BLOCKING);
}

TEST(PlainWay, TheBodyIsCompleteHoweverItArrives) {
  const std::string body(100'000, 'b');
  for (const gw_app* app : {&gw1_body_of, &gw1_body_of_blocking}) {
    SCOPED_TRACE(gateway::as_view(app->name));
    TestClient client(*app);
    client.conditions.arrives = {0, 1, 50'000};
    EXPECT_EQ(client.post("/", body).body, body + body);
    client.conditions.declares_length = false;
    EXPECT_EQ(client.post("/", body).body, body + body);
    EXPECT_EQ(client.post("/", "").body, "");
  }
}

TEST(PlainWay, ABodyThatIsCutIsNotABody) {
  TestClient client(gw1_body_of);
  client.conditions.body_cut_after = 10;
  const TestResult result = client.post("/", "more than ten bytes");
  EXPECT_TRUE(result.failed);
  EXPECT_EQ(result.code, GW_E_GONE);
}

TEST(PlainWay, HeadersAreKeptInOrderWhereverTheyCameFrom) {
  const TestResult result = TestClient(gw1_headers_of_all_kinds).get("/");
  EXPECT_EQ(result.status, 201u);
  ASSERT_EQ(result.headers.size(), 13u);
  EXPECT_THAT(result.headers[0], Pair("content-type", "application/json"));
  EXPECT_THAT(result.headers[1], Pair("x-literal", "literal"));
  EXPECT_THAT(result.headers[2], Pair("x-buffer", "from a buffer"));
  EXPECT_THAT(result.headers[12], Pair("x-9", "9000000"));
}

TEST(PlainWay, RedirectsNameThePlace) {
  const TestResult result = TestClient(gw1_elsewhere).get("/");
  EXPECT_EQ(result.status, 303u);
  EXPECT_EQ(result.header("location"), "/there");
}

TEST(PlainWay, ANewlineInAHeaderIsRefused) {
  const TestResult result = TestClient(gw1_splitting).get("/");
  EXPECT_EQ(result.status, 500u);
  EXPECT_EQ(result.code, GW_E_HEADER);
  EXPECT_THAT(result.violations, ElementsAre("GW-S6: a control in x-evil"));
}
