// The ticker's history: numbers, and what is forgotten.
#include "ticker/event_log.hpp"

#include <gtest/gtest.h>

#include "ticker/pace.hpp"

namespace {

using namespace std::chrono_literals;

TEST(EventLog, KeepsTheLastUnderTheirNumbers) {
  EventLog log(2, 10);
  EXPECT_EQ(log.find(10), nullptr);
  for (const char* text : {"a", "b", "c"}) log.add(text);
  EXPECT_EQ(log.first_id(), 11U);
  EXPECT_EQ(log.next_id(), 13U);
  EXPECT_EQ(log.find(10), nullptr);
  EXPECT_EQ(*log.find(11), "b");
  EXPECT_EQ(*log.find(12), "c");
  EXPECT_EQ(log.find(13), nullptr);
}

TEST(EventLog, WhatWasFoundOutlivesTheLog) {
  EventLog log(1, 0);
  log.add("a");
  const EventLog::Event found = log.find(0);
  log.add("b");
  EXPECT_EQ(*found, "a");
}

TEST(EventLog, BeginsAgainWithAnotherNumber) {
  EventLog log(5, 0);
  log.add("a");
  log.restart(100);
  EXPECT_EQ(log.first_id(), 100U);
  EXPECT_EQ(log.find(0), nullptr);
  log.add("b");
  EXPECT_EQ(*log.find(100), "b");
}

TEST(EventText, IsWhatABrowserReads) {
  EXPECT_EQ(event_text(7, "{}"), "id: 7\ndata: {}\n\n");
}

TEST(Pace, IsTheWallClocks) {
  Pace pace;
  EXPECT_EQ(pace.now(10ms, 5'000ms), 5'000ms);
  EXPECT_EQ(pace.now(11ms, 5'001ms), 5'001ms);
}

TEST(Pace, GoesOnWhenTheWallClockIsSetBack) {
  Pace pace;
  pace.now(10ms, 5'000ms);
  EXPECT_EQ(pace.now(20ms, 1'000ms), 5'010ms);
  EXPECT_EQ(pace.now(1'020ms, 2'000ms), 6'010ms);
}

TEST(Pace, FollowsTheWallClockForward) {
  Pace pace;
  pace.now(10ms, 5'000ms);
  EXPECT_EQ(pace.now(20ms, 90'000ms), 90'000ms);
  pace.now(30ms, 0ms);
  EXPECT_EQ(pace.now(40ms, 90'030ms), 90'030ms);
}

TEST(EventId, IsAWholeNumberOrNone) {
  EXPECT_EQ(event_id("0"), 0U);
  EXPECT_EQ(event_id("18446744073709551615"), 18'446'744'073'709'551'615U);
  for (const char* wrong : {"", " 1", "1 ", "-1", "+1", "1x", "18446744073709551616"}) {
    EXPECT_EQ(event_id(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
