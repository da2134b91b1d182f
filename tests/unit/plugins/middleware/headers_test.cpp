// headers: what is set, added and removed, and what is refused at the start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loaded_middleware.hpp"

using gateway::TestChain;
using gateway::TestChainResult;
using gateway::TestHeaders;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

namespace {

std::string app(const gateway::Environ&, gateway::StartResponse& start_response) {
  start_response(200, {{"X-Powered-By", "me"},
                       {"Cache-Control", "private"},
                       {"vary", "cookie"},
                       {"cache-control", "max-age=1"},
                       {"X-Frame-Options", "DENY"}});
  return "x";
}

constexpr gw_app kApp = app_of<&app>();

TestChainResult answer(const std::string& config, const std::string& scheme = "http") {
  TestChain chain({{loaded_middleware("headers"), config}}, kApp);
  chain.conditions.url_scheme = scheme;
  TestChainResult result = chain.get("/");
  EXPECT_THAT(result.violations, IsEmpty());
  return result;
}

}  // namespace

TEST(HeadersPlugin, UnsetsSetsAndAdds) {
  const TestChainResult result =
      answer(R"({"unset":["x-powered-by"],"set":{"cache-control":"no-store"},)"
             R"("add":{"vary":"origin"}})");
  EXPECT_THAT(result.headers,
              ElementsAre(Pair("vary", "cookie"), Pair("X-Frame-Options", "DENY"),
                          Pair("cache-control", "no-store"), Pair("vary", "origin"),
                          Pair("content-length", "1")));
}

TEST(HeadersPlugin, LeavesTheSecurityFieldsOfTheAppAlone) {
  const TestChainResult result =
      answer(R"({"security":true,"content_security_policy":"default-src 'self'"})");
  EXPECT_EQ(result.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(result.header("x-frame-options"), "DENY");
  EXPECT_EQ(result.header("referrer-policy"), "strict-origin-when-cross-origin");
  EXPECT_EQ(result.header("content-security-policy"), "default-src 'self'");
}

TEST(HeadersPlugin, AsksForHttpsOverHttpsOnly) {
  const std::string config = R"({"strict_transport_security":"max-age=1"})";
  EXPECT_EQ(answer(config).header("strict-transport-security"), std::nullopt);
  EXPECT_EQ(answer(config, "https").header("strict-transport-security"), "max-age=1");
}

TEST(HeadersPlugin, RefusesWhatMayNotBeSent) {
  const auto refusal = [](const char* config) { return refusal_of("headers", config); };
  EXPECT_THAT(
      refusal(R"({"sett":{}})"),
      HasSubstr("unknown key \"sett\" in the config; there is set, add, unset"));
  EXPECT_THAT(refusal(R"({"set":{"a b":"1"}})"), HasSubstr("not a field name"));
  EXPECT_THAT(refusal(R"({"set":{"a":"x\r\ny: z"}})"), HasSubstr("control byte"));
  EXPECT_THAT(refusal(R"({"add":{"a":" x"}})"), HasSubstr("white space"));
  EXPECT_THAT(refusal(R"({"add":{"Content-Length":"1"}})"), HasSubstr("the host"));
  EXPECT_THAT(refusal(R"({"unset":["Transfer-Encoding"]})"), HasSubstr("the host"));
  EXPECT_THAT(refusal(R"({"content_security_policy":"a\nb"})"), HasSubstr("control"));
  EXPECT_THAT(refusal(R"({"set":{"a":1}})"), HasSubstr("strings only"));
  EXPECT_THAT(refusal(R"({"security":"yes"})"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not a JSON object"));
  std::string many = R"({"set":{"a0":"")";
  for (int i = 1; i < 17; ++i) many += ",\"a" + std::to_string(i) + "\":\"\"";
  EXPECT_THAT(refusal((many + "}}").c_str()), HasSubstr("more than 16"));
}
