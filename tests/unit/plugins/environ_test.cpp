// The environ app: all that was given, in the form that was asked for, safely escaped.
#include <string>
#include <string_view>

#include <boost/json/src.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/test_client.hpp>

#include "loaded_app.hpp"

using gateway::TestClient;
using gateway::TestHeaders;
using gateway::TestResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

TestResult shown(std::string_view target, TestHeaders headers) {
  TestClient client(loaded_app("environ"));
  client.conditions.script_name = "/mounted";
  TestResult result = client.get(target, headers);
  EXPECT_EQ(result.status, 200u);
  EXPECT_THAT(result.violations, IsEmpty());
  return result;
}

}  // namespace

TEST(EnvironApp, ShowsEveryMemberAndEveryField) {
  const TestResult result = shown("/a%2Fb?c=d", {{"X-Two", "2"}, {"X-Two", "two"}});
  EXPECT_EQ(result.header("content-type"), "text/plain; charset=utf-8");
  for (const char* line :
       {"REQUEST_METHOD: GET\n", "SCRIPT_NAME: /mounted\n", "PATH_INFO: /a/b\n",
        "QUERY_STRING: c=d\n", "REQUEST_URI: /mounted/a%2Fb?c=d\n",
        "SERVER_PROTOCOL: HTTP/1.1\n", "URL_SCHEME: http\n", "SERVER_NAME: test\n",
        "SERVER_PORT: 80\n", "REMOTE_ADDR: 127.0.0.1\n", "REMOTE_PORT: 50000\n",
        "CONTENT_TYPE: (absent)\n", "REQUEST_ID: test\n", "CONTENT_LENGTH: 0\n",
        "DEADLINE_NS: 0\n", "MULTITHREAD: false\n", "MULTIPROCESS: false\n",
        "REPLAY: false\n", "host: test\nx-two: 2\nx-two: two\n"}) {
    EXPECT_THAT(result.body, HasSubstr(line));
  }
}

TEST(EnvironApp, TheClientChoosesTheForm) {
  struct Row {
    std::string_view accept, content_type;
  };

  for (const Row& row :
       {Row{"*/*", "text/plain; charset=utf-8"},
        Row{"application/json", "application/json"},
        Row{"APPLICATION/JSON;q=0.5, */*;q=0.1", "application/json"},
        Row{"text/plain;q=0.4, application/json; q=0.8", "application/json"},
        Row{"application/json;q=0.3, text/plain;q=0.35", "text/plain; charset=utf-8"},
        Row{"application/json;q=0", "text/plain; charset=utf-8"},
        Row{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html; charset=utf-8"},
        Row{";;q=,,=;", "text/plain; charset=utf-8"}}) {
    SCOPED_TRACE(row.accept);
    const TestResult result = shown("/", {{"accept", std::string(row.accept)}});
    EXPECT_EQ(result.header("content-type"), row.content_type);
    EXPECT_EQ(result.header("vary"), "accept");
  }
}

TEST(EnvironApp, TextStaysOnItsLine) {
  const TestResult result = shown("/a%0ASCRIPT_NAME:%20/evil%5C%FF%C3%A9", {});
  EXPECT_THAT(result.body,
              HasSubstr("PATH_INFO: /a\\x0aSCRIPT_NAME: /evil\\\\\\xff\xC3\xA9\n"));
}

TEST(EnvironApp, JsonIsJsonWhateverWasSent) {
  const TestResult result =
      shown("/%22%5C%01%FF%C3%A9%ED%A0%80%7F", {{"accept", "application/json"}});
  const boost::json::value value = boost::json::parse(result.body);
  const auto& shown_environ = value.at("environ");
  EXPECT_EQ(shown_environ.at("PATH_INFO").as_string(),
            "/\"\\\x01\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\x7F");
  EXPECT_TRUE(shown_environ.at("CONTENT_TYPE").is_null());
  EXPECT_EQ(value.at("fields").at(0).at(0).as_string(), "host");
  EXPECT_EQ(value.at("fields").at(0).at(1).as_string(), "test");
}

TEST(EnvironApp, HtmlIsEscaped) {
  const TestResult result =
      shown("/%3Cscript%3E?a=%22&b='", {{"accept", "text/html"}, {"x-a", "<\"&'>"}});
  EXPECT_THAT(result.body, HasSubstr("/&lt;script&gt;"));
  EXPECT_THAT(result.body, HasSubstr("a=%22&amp;b=&#39;"));
  EXPECT_THAT(result.body, HasSubstr("&lt;&quot;&amp;&#39;&gt;"));
  EXPECT_THAT(result.body, Not(HasSubstr("<script")));
}

TEST(EnvironApp, APageThatIsTooLongForOnePieceIsStillWhole) {
  TestHeaders headers;
  for (int i = 0; i < 100; ++i) headers.emplace_back("x-long", std::string(1000, 'a'));
  TestClient client(loaded_app("environ"));
  client.conditions.room = GW_TAKEN_WHOLE;
  const TestResult result = client.get("/", headers);
  EXPECT_GT(result.body.size(), 100'000u);
  EXPECT_THAT(result.body, HasSubstr("x-long: " + headers.back().second + "\n"));
  EXPECT_EQ(result.body.substr(result.body.size() - 2), "a\n");
  EXPECT_THAT(result.violations, IsEmpty());
}
