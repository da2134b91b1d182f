// HTTP dates: three forms in, one out.
#include "http_date.hpp"

#include <string>

#include <gtest/gtest.h>

namespace files {
namespace {

constexpr std::int64_t kExample = 784'111'777;  // RFC 9110 §5.6.7
constexpr std::int64_t kNow = 1'800'000'000;    // in 2027

std::string shown(std::int64_t second) {
  const auto text = imf_date(second);
  return {text.data(), text.size()};
}

TEST(FilesHttpDate, IsWrittenInOneForm) {
  EXPECT_EQ(shown(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(shown(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(shown(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(shown(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(shown(253'402'300'799 + 1), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(FilesHttpDate, IsReadInThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov 16 08:49:37 1994", kNow), kExample + 864'000);
}

TEST(FilesHttpDate, ATwoDigitYearIsTheNearest) {
  EXPECT_EQ(shown(*parse_http_date("Friday, 01-Jan-77 00:00:00 GMT", kNow)),
            "Fri, 01 Jan 2077 00:00:00 GMT");
  EXPECT_EQ(shown(*parse_http_date("Sunday, 01-Jan-78 00:00:00 GMT", kNow)),
            "Sun, 01 Jan 1978 00:00:00 GMT");
}

TEST(FilesHttpDate, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "0", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "unN, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace files
