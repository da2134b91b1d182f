// Which formats are refused, and what is said of them.
#include "config/access_format.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace appserver::config {
namespace {

TEST(AccessFormat, AWrongOneIsRefusedWithTheNearestName) {
  const std::vector<std::pair<std::string, std::string>> kCases = {
      {"$statsu",
       "unknown variable \"$statsu\": did you mean \"$status\"? known are "
       "$remote_addr "},
      {"$upstream_addr", "unknown variable \"$upstream_addr\""},
      {"$sent_http_etag", "unknown variable \"$sent_http_etag\""},
      {"$http_", "unknown variable \"$http_\""},
      {"$duration", "unknown variable"},
      {"combnied", "\"combnied\" is not a format: did you mean \"combined\"?"},
      {"", "\"\" is not a format; write combined"},
      {"Json", "did you mean \"json\"?"},
      {"a $ b", "a $ that begins no variable"},
      {"$status $", "a $ that begins no variable"},
      {"${status", "a $ that begins no variable"},
      {"${}", "a $ that begins no variable"},
      {"$$status", "a $ that begins no variable"},
      {"%(h)s %(r)s", "write nginx's variables"},
      {"$status\n$status", "no control bytes"},
      {"$status\x7f", "no control bytes"},
      {"$status" + std::string(4096, 'x'), "at most 4096 bytes"},
  };
  for (const auto& [word, expected] : kCases) {
    const auto format = parse_access_format(word);
    ASSERT_FALSE(format) << word;
    EXPECT_EQ(format.error().exit_code, ExitCode::Usage);
    EXPECT_NE(format.error().text.find(expected), std::string::npos)
        << word << ": " << format.error().text;
  }
}

TEST(AccessFormat, NumbersOfVariablesAndFieldsAreBounded) {
  std::string variables;
  std::string fields;
  for (std::size_t i = 0; i < AccessFormat::kMostVariables; ++i) variables += "$status";
  for (std::size_t i = 0; i < AccessFormat::kMostFields; ++i) {
    fields += "$http_x" + std::to_string(i);
  }
  EXPECT_TRUE(parse_access_format(variables));
  EXPECT_FALSE(parse_access_format(variables + "$status"));
  EXPECT_TRUE(parse_access_format(fields));
  EXPECT_TRUE(parse_access_format(fields + "$http_x1"));  // it is known already
  EXPECT_FALSE(parse_access_format(fields + "$http_y"));
}

TEST(AccessFormat, FieldsAreNamedOnce) {
  const auto format =
      parse_access_format("$http_a_b ${http_a_b} $http_A_B $remote_user");
  ASSERT_TRUE(format);
  EXPECT_EQ(format->fields, (std::vector<std::string>{"a-b", "authorization"}));
}

}  // namespace
}  // namespace appserver::config
