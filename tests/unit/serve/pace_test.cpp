#include "serve/pace.hpp"

#include <gtest/gtest.h>

namespace appserver::serve {
namespace {

constexpr MinRate kRate{100, 1000};  // 100 bytes a second, after a second

TEST(Pace, WaitsForTheGraceWhenNothingComes) {
  Pace pace;
  pace.set_waiting(true, 5000);
  EXPECT_FALSE(pace.is_too_slow(kRate, 5999));
  EXPECT_TRUE(pace.is_too_slow(kRate, 6000));
}

TEST(Pace, EachByteBuysItsTime) {
  Pace pace;
  pace.moved(50, 0);  // half a second
  pace.set_waiting(true, 0);
  EXPECT_FALSE(pace.is_too_slow(kRate, 1499));
  EXPECT_TRUE(pace.is_too_slow(kRate, 1500));
}

TEST(Pace, ADripIsCutInTheEnd) {
  Pace pace;
  std::int64_t now = 0;
  for (; now < 10'000;
       now += 100) {  // ten bytes a second where a hundred are asked for
    pace.set_waiting(true, now);
    if (pace.is_too_slow(kRate, now)) break;
    pace.moved(1, now + 100);
  }
  EXPECT_GE(now, 1000);
  EXPECT_LE(now, 1200);
}

TEST(Pace, ThatWhichIsKeptIsNeverCut) {
  Pace pace;
  for (std::int64_t now = 0; now < 3'600'000; now += 900) {
    pace.set_waiting(true, now);
    ASSERT_FALSE(pace.is_too_slow(kRate, now + 899)) << now;
    pace.moved(90, now + 900);
  }
}

TEST(Pace, OnlyWaitingForThisPeerCounts) {
  Pace pace;
  pace.set_waiting(true, 0);
  pace.moved(1, 500);
  EXPECT_FALSE(pace.is_too_slow(kRate, 60'000));  // the app took its time
  pace.set_waiting(true, 60'000);
  pace.set_waiting(true, 60'300);  // says nothing new
  EXPECT_FALSE(pace.is_too_slow(kRate, 60'509));
  EXPECT_TRUE(pace.is_too_slow(kRate, 60'510));
}

TEST(Pace, IsOnePerMessage) {
  Pace pace;
  pace.set_waiting(true, 0);
  pace.begin();
  pace.set_waiting(true, 5000);
  EXPECT_FALSE(pace.is_too_slow(kRate, 5999));
}

TEST(Pace, RateOfZeroAsksForNothing) {
  Pace pace;
  pace.set_waiting(true, 0);
  EXPECT_FALSE(pace.is_too_slow({0, 0}, 1'000'000));
}

}  // namespace
}  // namespace appserver::serve
