// Literal lines of every format; and that no value can forge one.
#include "serve/access_line.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "serve/access_escape.hpp"

namespace appserver::serve {
namespace {

constexpr std::int64_t kSecond = 784'111'777;  // 1994-11-06 08:49:37 UTC

http::Field field(std::string_view name, std::string_view value) {
  return {http::str(name), http::str(value)};
}

/// A request with all that a line may say. Lives: until the next call.
struct Sample {
  std::vector<http::Field> fields = {
      field("host", "www.example.org"),
      field("user-agent", "agent/1 (x)"),
      field("accept", "*/*"),
      field("referer", "http://from.example/"),
      field("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
      field("x-trace", "t1"),
      field("x-trace", "t2")};

  [[nodiscard]] AccessEntry entry() const {
    AccessEntry entry;
    entry.remote_addr = "192.0.2.7";
    entry.method = "GET";
    entry.target = "/p%20q?a=b";
    entry.fields = fields;
    entry.status = 200;
    entry.body_bytes = 12;
    entry.path = "/p%20q";
    entry.query = "a=b";
    entry.host = "www.example.org";
    entry.scheme = "http";
    entry.server_port = "8000";
    entry.request_id = "0123456789abcdef";
    entry.app = "hello:app";
    entry.bytes_sent = 130;
    entry.request_length = 250;
    entry.connection = 4;
    entry.connection_requests = 2;
    entry.duration_us = 1'234'567;
    return entry;
  }
};

std::string line_of(const std::string& format, const AccessEntry& entry) {
  const auto parsed = config::parse_access_format(format);
  EXPECT_TRUE(parsed) << parsed.error().text;
  if (!parsed) return "";
  AccessLine line(*parsed);
  std::string room(line.longest(), '\0');
  http::DateCache date;
  const char* end = line.put(room.data(), entry, date, kSecond);
  EXPECT_LE(end, room.data() + room.size());
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

class AccessLineTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  Sample sample_;
};

TEST_F(AccessLineTest, CombinedAndCommonAreThoseOfNginx) {
  const std::string common =
      "192.0.2.7 - Aladdin [06/Nov/1994:08:49:37 +0000] \"GET /p%20q?a=b HTTP/1.1\" "
      "200 "
      "12";
  EXPECT_EQ(line_of("common", sample_.entry()), common + "\n");
  EXPECT_EQ(line_of("combined", sample_.entry()),
            common + " \"http://from.example/\" \"agent/1 (x)\"\n");
}

TEST_F(AccessLineTest, WhatIsAbsentIsADash) {
  AccessEntry entry;
  entry.status = 408;
  EXPECT_EQ(line_of("combined", entry),
            "- - - [06/Nov/1994:08:49:37 +0000] \"-\" 408 0 \"-\" \"-\"\n");
  EXPECT_EQ(line_of("$uri $args $host $request_id $server_protocol $app", entry),
            "- - - - - -\n");
}

TEST_F(AccessLineTest, EveryVariableIsSaid) {
  const std::vector<std::pair<std::string, std::string>> kCases = {
      {"$remote_addr", "192.0.2.7"},
      {"$remote_user", "Aladdin"},
      {"$time_local", "06/Nov/1994:08:49:37 +0000"},
      {"$time_iso8601", "1994-11-06T08:49:37+00:00"},
      {"$request", "GET /p%20q?a=b HTTP/1.1"},
      {"$request_method", "GET"},
      {"$request_uri", "/p%20q?a=b"},
      {"$uri", "/p%20q"},
      {"$args", "a=b"},
      {"$query_string", "a=b"},
      {"$server_protocol", "HTTP/1.1"},
      {"$status", "200"},
      {"$body_bytes_sent", "12"},
      {"$bytes_sent", "130"},
      {"$request_length", "250"},
      {"$request_time", "1.234"},
      {"$duration_ms", "1234.567"},
      {"$request_id", "0123456789abcdef"},
      {"$host", "www.example.org"},
      {"$http_user_agent", "agent/1 (x)"},
      {"$http_x_trace", "t1"},
      {"$HTTP_ACCEPT$http_none", ""},
      {"$scheme", "http"},
      {"$server_port", "8000"},
      {"$connection", "4"},
      {"$connection_requests", "2"},
      {"$pid", std::to_string(::getpid())},
      {"$app", "hello:app"},
  };
  for (const auto& [format, expected] : kCases) {
    if (expected.empty()) continue;
    EXPECT_EQ(line_of(format, sample_.entry()), expected + "\n") << format;
    EXPECT_EQ(line_of("<${" + format.substr(1) + "}>", sample_.entry()),
              "<" + expected + ">\n");
  }
}

TEST_F(AccessLineTest, MsecIsNow) {
  const std::string line = line_of("$msec", sample_.entry());
  EXPECT_GT(std::stod(line), 1.7e9);
  EXPECT_EQ(line.find('.'), line.size() - 5);
}

TEST_F(AccessLineTest, TextBetweenVariablesIsKept) {
  EXPECT_EQ(line_of("a text of more than sixteen bytes: $status; and one more behind",
                    sample_.entry()),
            "a text of more than sixteen bytes: 200; and one more behind\n");
  EXPECT_EQ(line_of("$status\t$status", sample_.entry()), "200\t200\n");
}

TEST_F(AccessLineTest, ARequestLineThatWasNotUnderstoodIsSaidAsItCame) {
  AccessEntry entry;
  entry.status = 400;
  entry.raw_line = "\x16\x03\x01 \"x\"";
  EXPECT_EQ(line_of("$request", entry), "\\x16\\x03\\x01 \\x22x\\x22\n");
}

TEST_F(AccessLineTest, TheRequestLineAsItCameIsTheOneOfItsParts) {
  for (const std::string& target :
       {std::string("/p?a=b"), std::string("/\"\\<"), std::string(kLoggedMost, '/'),
        std::string(2 * kLoggedMost, '/')}) {
    const std::string as_it_came = "GET " + target + " HTTP/1.1";
    for (const char* format : {"combined", "escape=json \"$request\"", "$request"}) {
      AccessEntry entry = sample_.entry();
      entry.target = target;
      const std::string of_parts = line_of(format, entry);
      entry.raw_line = as_it_came;
      EXPECT_EQ(line_of(format, entry), of_parts);
    }
  }
}

TEST_F(AccessLineTest, AFormatThatBeginsAsCommonMayGoOnAsItLikes) {
  const std::string begin =
      "$remote_addr - $remote_user [$time_local] \"$request\" $status ";
  const std::string common = line_of("common", sample_.entry());
  EXPECT_EQ(line_of(begin + "$body_bytes_sent", sample_.entry()), common);
  EXPECT_EQ(line_of(begin + "x$http_x_trace", sample_.entry()),
            common.substr(0, common.size() - 3) + "xt1\n");
  EXPECT_EQ(line_of("[$time_local] $remote_addr", sample_.entry()),
            "[06/Nov/1994:08:49:37 +0000] 192.0.2.7\n");
}

TEST_F(AccessLineTest, TheTimeOfALineIsThatOfItsSecond) {
  AccessLine line(*config::parse_access_format("common"));
  std::string room(line.longest(), '\0');
  http::DateCache date;
  for (const int second : {37, 38, 38, 36}) {
    const char* end =
        line.put(room.data(), sample_.entry(), date, kSecond + second - 37);
    const std::string_view written(room.data(),
                                   static_cast<std::size_t>(end - room.data()));
    EXPECT_NE(written.find(":08:49:" + std::to_string(second) + " +0000]"),
              std::string_view::npos);
  }
}

TEST_F(AccessLineTest, OnlyBasicCredentialsNameAUser) {
  const std::vector<std::pair<std::string, std::string>> kCases = {
      {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin"},
      {"bASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin"},
      {"Basic Og==", "-"},          // ":"
      {"Basic QWxhZGRpbg==", "-"},  // no colon
      {"Basic ", "-"},
      {"Basic !!!!", "-"},
      {"Bearer QWxhZGRpbjo=", "-"},
      {"Basic YSJcbjp4", "a\\x22\\x5Cn"},  // a"\n:x
  };
  for (const auto& [value, user] : kCases) {
    sample_.fields = {field("authorization", value)};
    EXPECT_EQ(line_of("$remote_user", sample_.entry()), user + "\n") << value;
  }
}

TEST_F(AccessLineTest, NoByteOfAClientForgesALine) {
  for (int c = 0; c < 256; ++c) {
    for (const std::size_t size : {1U, 3U, 5U, 9U, 17U, 40U}) {
      std::string value(size, 'a');
      value[size / 2] = static_cast<char>(c);
      sample_.fields = {field("user-agent", value)};
      const std::string line = line_of("\"$http_user_agent\"", sample_.entry());
      ASSERT_EQ(line.find('\n'), line.size() - 1);
      ASSERT_EQ(std::count(line.begin(), line.end(), '"'), 2) << c;
      for (const char written : line.substr(0, line.size() - 1)) {
        ASSERT_TRUE(written >= 0x20 && written < 0x7f) << c;
      }
      const bool is_plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
      ASSERT_EQ(line == "\"" + value + "\"\n", is_plain) << c;
    }
  }
}

TEST_F(AccessLineTest, ALongValueIsCutAndSaysSo) {
  const std::string fits(kLoggedMost, '\xff');
  const std::string longer(kLoggedMost + 1, 'x');
  sample_.fields = {field("a", fits), field("b", longer)};
  const std::string a = line_of("$http_a", sample_.entry());
  EXPECT_EQ(a.size(), 4 * kLoggedMost + 1);
  EXPECT_EQ(line_of("$http_b", sample_.entry()),
            std::string(kLoggedMost, 'x') + "...\n");
}

TEST_F(AccessLineTest, TheLongestLineFits) {
  const std::string worst(9000, '\x80');
  AccessEntry entry = sample_.entry();
  entry.method = entry.target = entry.path = entry.query = entry.host = worst;
  sample_.fields = {field("referer", worst), field("user-agent", worst)};
  entry.fields = sample_.fields;
  for (const char* format : {"combined", "json", "$request", "escape=json $request"}) {
    EXPECT_GT(line_of(format, entry).size(), 4 * kLoggedMost) << format;
  }
}

TEST_F(AccessLineTest, JsonIsAnObjectWithTheseKeys) {
  const std::string expected =
      R"({"ts":"1994-11-06T08:49:37+00:00","level":"info","logger":"access",)"
      R"("msg":"request","request_id":"0123456789abcdef",)"
      R"("remote_addr":"192.0.2.7","method":"GET","host":"www.example.org",)"
      R"("path":"/p%20q","query":"a=b","proto":"HTTP/1.1","status":200,)"
      R"("bytes_in":250,"bytes_out":130,"duration_ms":1234.567,"app":"hello:app",)"
      R"("worker":)" +
      std::to_string(::getpid()) +
      R"j(,"referer":"http://from.example/","user_agent":"agent/1 (x)"})j";
  EXPECT_EQ(line_of("json", sample_.entry()), expected + "\n");
  EXPECT_TRUE(boost::json::parse(expected).is_object());
}

TEST_F(AccessLineTest, JsonIsValidWhateverComes) {
  AccessEntry entry;
  entry.status = 400;
  std::vector<std::string> values = {
      "",
      "\"\\\n\r\t\b\x01\x1f\x7f",
      "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",  // valid
      "\xc0\x80 \xe0\x80\x80 \xed\xa0\x80 \xf5\x80\x80\x80",
      "\xc2",
      "\xe2\x82",
      "\xf0\x9f\x98",
      "\xff\xfe",
      "\xc2\x85 \xe2\x80\xa8 \xe2\x80\xa9"};
  for (int c = 0; c < 256; ++c)
    values.push_back("x" + std::string(1, static_cast<char>(c)));
  for (const std::string& value : values) {
    sample_.fields = {field("user-agent", value)};
    entry.fields = sample_.fields;
    const std::string line = line_of("json", entry);
    ASSERT_EQ(line.find('\n'), line.size() - 1);
    boost::json::error_code error;
    const auto parsed = boost::json::parse(line, error);
    ASSERT_FALSE(error) << line;
    ASSERT_TRUE(parsed.as_object().at("user_agent").is_string());
  }
}

TEST_F(AccessLineTest, JsonKeepsTextAndReplacesWhatIsNone) {
  const std::vector<std::pair<std::string, std::string>> kCases = {
      {"\xc3\xa4\xf0\x9f\x98\x80", "\xc3\xa4\xf0\x9f\x98\x80"},
      {"a\xff", "a\\ufffd"},
      {"a\nb\"c\\", "a\\u000Ab\\\"c\\\\"},
      {"\xc2\x9b[2J", "\\u009B[2J"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
      {"\x7f", "\\u007F"},
      {"", ""},
  };
  for (const auto& [value, expected] : kCases) {
    sample_.fields = {field("user-agent", value)};
    EXPECT_EQ(line_of("escape=json $http_user_agent", sample_.entry()),
              expected + "\n");
  }
}

TEST_F(AccessLineTest, OnlyWhatIsSaidIsLookedUp) {
  const auto line = [](const char* format) {
    return AccessLine(*config::parse_access_format(format));
  };
  EXPECT_FALSE(line("combined").needs_details());
  EXPECT_TRUE(line("$host").needs_details());
  EXPECT_TRUE(line("$connection").needs_details());
}

}  // namespace
}  // namespace appserver::serve
