// A room without connections: history, presence, and how often one may speak.
#include "chat/room.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/rate.hpp"

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

std::string texts(const History& history) {
  std::string all;
  for (const Said& said : history.all()) all += said.text;
  return all;
}

TEST(History, KeepsTheLastInTheOrderOfTheirTime) {
  History history(3);
  EXPECT_TRUE(history.add({"1", "n", "a", 10}));
  EXPECT_TRUE(history.add({"2", "n", "c", 30}));
  EXPECT_TRUE(history.add({"3", "n", "b", 20}));
  EXPECT_EQ(texts(history), "abc");
  EXPECT_TRUE(history.add({"4", "n", "d", 30}));  // behind those of the same time
  EXPECT_EQ(texts(history), "bcd");
  EXPECT_TRUE(history.add({"5", "n", "old", 5}));  // came late: to be told, not kept
  EXPECT_EQ(texts(history), "bcd");
}

TEST(History, TakesNothingTwice) {
  History history(3);
  EXPECT_TRUE(history.add({"1", "n", "a", 10}));
  EXPECT_FALSE(history.add({"1", "n", "a", 10}));
  EXPECT_EQ(texts(history), "a");
}

TEST(History, OfNothingTellsAllAndKeepsNone) {
  History history(0);
  EXPECT_TRUE(history.add({"1", "n", "a", 10}));
  EXPECT_TRUE(history.empty());
}

TEST(Room, CountsMembersOfOneNameOneByOne) {
  Room room(5);
  room.enter("Ann");
  room.enter("Ann");
  room.enter("Bob");
  EXPECT_THAT(room.here().names, ElementsAre("Ann", "Ann", "Bob"));
  room.leave("Ann");
  room.leave("Nobody");
  EXPECT_EQ(room.here().count, 2U);
  EXPECT_THAT(room.here().names, ElementsAre("Ann", "Bob"));
}

TEST(Room, AddsWhatOtherWorkersSayAndForgetsThem) {
  Room room(5);
  room.enter("Ann");
  EXPECT_TRUE(room.set_elsewhere("one", {2, {"Bob", "Eve"}}));
  EXPECT_FALSE(room.set_elsewhere("one", {2, {"Bob", "Eve"}}));  // no news
  EXPECT_FALSE(room.set_elsewhere("three", {}));
  room.set_elsewhere("two", {1, {"Joe"}});
  room.set_elsewhere("one", {1, {"Eve"}});  // in place of what it said before
  EXPECT_EQ(room.count(), 3U);
  EXPECT_THAT(room.everywhere().names, ElementsAre("Ann", "Eve", "Joe"));
  EXPECT_EQ(room.here().count, 1U);
  room.set_elsewhere("two", {});
  EXPECT_FALSE(room.forget("two"));
  EXPECT_TRUE(room.forget("one"));
  room.leave("Ann");
  EXPECT_FALSE(room.has_members());
}

TEST(Room, NamesOnlySoMany) {
  Room room(5);
  for (int i = 0; i < 60; ++i) room.enter("n" + std::to_string(i));
  room.set_elsewhere("one", {60, {"Bob"}});
  const Presence all = room.everywhere();
  EXPECT_EQ(all.count, 120U);
  EXPECT_EQ(all.names.size(), Presence::kNamed);
}

TEST(Rate, GivesABurstAndThenSoManyPerSecond) {
  Rate rate(2, 3);
  const Rate::Time begin{std::chrono::seconds(100)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rate.take(begin));
  EXPECT_FALSE(rate.take(begin));
  EXPECT_FALSE(rate.take(begin + std::chrono::milliseconds(400)));
  EXPECT_TRUE(rate.take(begin + std::chrono::milliseconds(600)));
  EXPECT_FALSE(rate.take(begin + std::chrono::milliseconds(700)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rate.take(begin + std::chrono::hours(1)));
  EXPECT_FALSE(rate.take(begin + std::chrono::hours(1)));
}

}  // namespace
