// request_log: one line per exchange, whatever became of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loaded_middleware.hpp"
#include "request_log/log_line.hpp"

using gateway::TestChain;
using gateway::TestChainResult;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

namespace {

void failing(const gateway::Environ&, gateway::StartResponse&) {
  throw std::runtime_error("broken");
}

constexpr gw_app kFailing = app_of<&failing>();

std::string line_of(const TestChainResult& result) {
  return result.log.empty() ? "" : result.log.back().text;
}

}  // namespace

TEST(LogLine, SaysWhatIsKnown) {
  const Exchanged sent{"GET", "/a?b", 200, 17, std::chrono::microseconds(204), {}};
  EXPECT_EQ(text_line(sent), "GET /a?b 200 17 0.204ms");
  EXPECT_EQ(json_line(sent),
            "{\"method\":\"GET\",\"uri\":\"/a?b\",\"status\":200,"
            "\"bytes\":17,\"duration_ms\":0.204}");
  const Exchanged cut{"GET", "/", 0, -1, std::chrono::seconds(2), "GW_E_GONE"};
  EXPECT_EQ(text_line(cut), "GET / - - 2000.000ms GW_E_GONE");
  EXPECT_EQ(json_line(cut),
            "{\"method\":\"GET\",\"uri\":\"/\",\"status\":null,"
            "\"bytes\":null,\"duration_ms\":2000.000,"
            "\"failure\":\"GW_E_GONE\"}");
}

TEST(LogLine, IsValidJsonForEveryByte) {
  const Exchanged odd{"GET", "/\"\\\n\xC3\xA9\x7F", 200, 0, {}, {}};
  EXPECT_THAT(json_line(odd), HasSubstr(R"("uri":"/\"\\\u000a\u00c3\u00a9\u007f")"));
}

TEST(RequestLog, WritesOneLineAtInfo) {
  TestChain chain({{loaded_middleware("request_log")}}, kHello);
  const TestChainResult result = chain.get("/x?y=1");
  ASSERT_THAT(result.log, SizeIs(1));
  EXPECT_EQ(result.log[0].level, GW_LOG_INFO);
  EXPECT_THAT(line_of(result), MatchesRegex("GET /x\\?y=1 200 6 [0-9.]+ms"));
}

TEST(RequestLog, CountsNothingForHeadAndTheHostsOwnPageForAFailure) {
  TestChain chain({{loaded_middleware("request_log")}}, kHello);
  EXPECT_THAT(line_of(chain.request("HEAD", "/")), HasSubstr("HEAD / 200 0 "));
  TestChain broken({{loaded_middleware("request_log")}}, kFailing);
  const std::string line = line_of(broken.get("/"));
  EXPECT_THAT(line, HasSubstr("GET / 500 22 "));
  EXPECT_THAT(line, HasSubstr("GW_E_APP"));
}

TEST(RequestLog, NeedNotLookAtTheBody) {
  TestChain chain(
      {{loaded_middleware("request_log"), R"({"format":"json","count_bytes":false})"}},
      kHello);
  EXPECT_THAT(line_of(chain.get("/")), HasSubstr("\"bytes\":6,"));
}

TEST(RequestLog, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(refusal_of("request_log", R"({"form":"json"})"),
              HasSubstr("\"form\" in the config; there is format, count_bytes"));
  EXPECT_THAT(refusal_of("request_log", R"({"format":"xml"})"), HasSubstr("\"json\""));
}
