#include "http/date.hpp"

#include <stdlib.h>
#include <time.h>

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace appserver::http {
namespace {

/// Sets the zone of the process as long as it lives.
class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }

  ~Zone() {
    unsetenv("TZ");
    tzset();
  }

  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
};

TEST(DateCache, WritesTheExampleOfTheRfc) {
  DateCache date;
  EXPECT_EQ(date.imf(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(DateCache, ReadsBackAsTheSameSecond) {
  DateCache date;
  constexpr std::int64_t kStep =
      86'400 * 13 + 3'607;  // all days, months, hours in time
  for (std::int64_t second = 0; second < 4'300'000'000; second += kStep) {
    const std::string text(date.imf(second));
    SCOPED_TRACE(text);
    tm parts{};
    const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    ASSERT_NE(end, nullptr);
    EXPECT_EQ(*end, '\0');
    EXPECT_EQ(timegm(&parts), second);
  }
}

TEST(DateCache, NameOfTheDayFollowsTheDate) {
  DateCache date;
  const char* days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  for (std::int64_t day = 0; day < 800; ++day) {
    EXPECT_EQ(date.imf(day * 86'400).substr(0, 3), days[day % 7]);
  }
}

TEST(DateCache, LogTimeIsLocal) {
  struct Case {
    const char* zone;
    const char* text;
  };

  for (const Case& c : {Case{"UTC0", "06/Nov/1994:08:49:37 +0000"},
                        Case{"XST-05:30", "06/Nov/1994:14:19:37 +0530"},
                        Case{"XST+03:30", "06/Nov/1994:05:19:37 -0330"},
                        Case{"XST+00:30", "06/Nov/1994:08:19:37 -0030"},
                        Case{"XST+12", "05/Nov/1994:20:49:37 -1200"}}) {
    SCOPED_TRACE(c.zone);
    const Zone zone(c.zone);
    DateCache date;
    EXPECT_EQ(date.log_time(784111777), c.text);
  }
}

TEST(DateCache, FollowsTheClockAlsoBackwards) {
  DateCache date;
  EXPECT_EQ(date.imf(10), "Thu, 01 Jan 1970 00:00:10 GMT");
  EXPECT_EQ(date.imf(11), "Thu, 01 Jan 1970 00:00:11 GMT");
  EXPECT_EQ(date.imf(9), "Thu, 01 Jan 1970 00:00:09 GMT");
}

TEST(DateCache, SecondIsFormattedOnce) {
  DateCache date;
  const std::string_view first = date.imf(784111777);
  EXPECT_EQ(date.imf(784111777).data(), first.data());
  EXPECT_EQ(date.log_time(784111777).substr(0, 6), "06/Nov");
}

TEST(DateCache, YearsBeyondFourDigitsStop) {
  DateCache date;
  EXPECT_EQ(date.imf(253'402'300'799), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(date.imf(253'402'300'800), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(date.imf(-5), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(DateCache().imf(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace appserver::http
