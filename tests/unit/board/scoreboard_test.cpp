// What workers count, and what is left of it when they die.
#include "board/scoreboard.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace appserver::board {
namespace {

constexpr const char* kSha = "0123456789abcdef0123456789abcdef";

std::string text(std::size_t place) {
  return status_text(place).data();
}

TEST(Counts, AStatusIsCountedWhereItsTextSays) {
  EXPECT_EQ(text(place_of_status(200)), "200");
  EXPECT_EQ(text(place_of_status(404)), "404");
  EXPECT_EQ(text(place_of_status(418)), "4xx");
  EXPECT_EQ(text(place_of_status(299)), "2xx");
  EXPECT_EQ(text(place_of_status(599)), "5xx");
}

TEST(Counts, WhatIsNoStatusIsThatOfALostExchange) {
  EXPECT_EQ(text(place_of_status(0)), "000");
  EXPECT_EQ(text(place_of_status(600)), "000");
  EXPECT_EQ(text(place_of_status(4'000'000'000U)), "000");
}

TEST(Counts, EveryPlaceHasATextOfItsOwn) {
  std::vector<std::string> texts;
  for (std::size_t place = 0; place < kStatusPlaces; ++place)
    texts.push_back(text(place));
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
}

TEST(Counts, ADurationFallsIntoTheBucketThatEndsWithIt) {
  AppCounts counts;
  counts.ended(200, 5'000);
  counts.ended(200, 5'001);
  counts.ended(404, 10'000'001);
  EXPECT_EQ(counts.durations[0].get(), 1U);
  EXPECT_EQ(counts.durations[1].get(), 1U);
  EXPECT_EQ(counts.durations.back().get(), 1U);
  EXPECT_EQ(counts.duration_us.get(), 10'010'002U);
  EXPECT_EQ(counts.answered[place_of_status(200)].get(), 2U);
}

class ScoreboardTest : public testing::Test {
 protected:
  const std::unique_ptr<Scoreboard> board_ = Scoreboard::make();
};

TEST_F(ScoreboardTest, AVersionKeepsItsRow) {
  const std::size_t row = board_->row_of("hello:app", kSha);
  EXPECT_EQ(row, 1U);  // 0 is that of no app
  EXPECT_EQ(board_->row_of("hello:app", kSha), row);
  EXPECT_NE(board_->row_of("hello:app", "ffff"), row);
  EXPECT_NE(board_->row_of("other:app", kSha), row);
  EXPECT_EQ(board_->row_count(), 4U);
  EXPECT_STREQ(board_->name(row).spec.data(), "hello:app");
  EXPECT_STREQ(board_->name(row).version.data(), "0123456789ab");
}

TEST_F(ScoreboardTest, WhenAllRowsAreTakenTheRestIsCountedTogether) {
  for (std::size_t i = 1; i < Seat::kRows; ++i)
    EXPECT_EQ(board_->row_of("app" + std::to_string(i), ""), i);
  EXPECT_EQ(board_->row_of("one more", ""), 0U);
  EXPECT_EQ(board_->row_of("app7", ""), 7U);
}

TEST_F(ScoreboardTest, ALongNameIsCut) {
  const std::string spec(1000, 'x');
  const std::size_t row = board_->row_of(spec, kSha);
  EXPECT_EQ(board_->name(row).spec.data(), spec.substr(0, AppName::kSpecMost - 1));
  EXPECT_EQ(board_->row_of(spec, kSha), row);
}

TEST_F(ScoreboardTest, WhatAChildCountsStaysWhenItIsKilled) {
  const int seat = board_->take_seat();
  const pid_t child = ::fork();
  if (child == 0) {
    const std::size_t row = board_->row_of("child:app", kSha);
    board_->seat(seat).apps[row].ended(200, 1);
    board_->seat(seat).apps[row].in_flight.add();
    board_->seat(seat).worker.accepted.add(3);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  const std::size_t row = board_->row_of("child:app", kSha);
  EXPECT_EQ(board_->total(row).in_flight.get(), 1U);
  board_->free_seat(seat);
  EXPECT_EQ(board_->total(row).answered[place_of_status(200)].get(), 1U);
  EXPECT_EQ(board_->total().accepted.get(), 3U);
  EXPECT_EQ(board_->total(row).in_flight.get(), 0U);  // nobody has them any more
}

TEST_F(ScoreboardTest, AFreedSeatBeginsAgainAtZero) {
  const int seat = board_->take_seat();
  EXPECT_NE(board_->take_seat(), seat);
  board_->seat(seat).worker.requests.add(5);
  board_->seat(seat).apps[0].ended(404, 1);
  board_->free_seat(seat);
  EXPECT_EQ(board_->take_seat(), seat);
  EXPECT_EQ(board_->seat(seat).worker.requests.get(), 0U);
  EXPECT_EQ(board_->seat(seat).apps[0].answered[place_of_status(404)].get(), 0U);
  EXPECT_EQ(board_->total().requests.get(), 5U);
}

TEST_F(ScoreboardTest, ExchangesThatEndWithTheirWorkerAreCounted) {
  const std::size_t row = board_->row_of("a", kSha);
  const int seat = board_->take_seat();
  board_->seat(seat).apps[row].in_flight.add(3);
  board_->free_seat(seat);
  EXPECT_EQ(board_->total(row).answered[place_of_status(0)].get(), 3U);
}

TEST_F(ScoreboardTest, ARowIsInServiceUntilSomebodyTakesItOut) {
  const std::size_t row = board_->row_of("a", kSha);
  EXPECT_FALSE(board_->health(row).is_out_of_service.load());
  board_->health(row).is_out_of_service.store(true);
  EXPECT_FALSE(board_->health(board_->row_of("b", kSha)).is_out_of_service.load());
}

}  // namespace
}  // namespace appserver::board
