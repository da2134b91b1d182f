#include "bridge/clean_up.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <gateway/gateway.h>

namespace appserver::bridge {
namespace {

std::string story;  // what the callbacks of a test have told

void say(void* word, std::int32_t reason) {
  story += std::string(static_cast<const char*>(word)) + std::to_string(reason) + " ";
}

void drop(void* word) {
  story += std::string("-") + static_cast<const char*>(word) + " ";
}

void* word(const char* text) {
  return const_cast<char*>(text);
}

class CleanUpTest : public testing::Test {
 protected:
  void SetUp() override { story.clear(); }

  CleanUp clean_up_;
};

TEST_F(CleanUpTest, RunsCallbacksLastFirstWithTheReasonThenDropsAttributesLastFirst) {
  const std::int32_t a = attribute_number("test.a");
  const std::int32_t b = attribute_number("test.b");
  EXPECT_EQ(clean_up_.set(a, word("a"), drop), GW_OK);
  EXPECT_EQ(clean_up_.on_close(say, word("one")), GW_OK);
  EXPECT_EQ(clean_up_.set(b, word("b"), drop), GW_OK);
  EXPECT_EQ(clean_up_.on_close(say, word("two")), GW_OK);
  clean_up_.run(GW_E_GONE);
  EXPECT_EQ(story, "two-5 one-5 -b -a ");
}

TEST_F(CleanUpTest, RunsEachOnce) {
  EXPECT_EQ(clean_up_.on_close(say, word("one")), GW_OK);
  clean_up_.run(GW_OK);
  clean_up_.run(GW_OK);
  EXPECT_EQ(story, "one0 ");
}

TEST_F(CleanUpTest, RunsWhatACallbackRegisters) {
  static CleanUp* const self = &clean_up_;
  const auto again = [](void*, std::int32_t) {
    static_cast<void>(self->on_close(say, word("late")));
  };
  EXPECT_EQ(clean_up_.on_close(again, nullptr), GW_OK);
  clean_up_.run(GW_OK);
  EXPECT_EQ(story, "late0 ");
}

TEST_F(CleanUpTest, AnExceptionStopsNoOtherCallback) {
  EXPECT_EQ(clean_up_.on_close(say, word("one")), GW_OK);
  const auto throwing = [](void*, std::int32_t) { throw std::runtime_error("no"); };
  EXPECT_EQ(clean_up_.on_close(throwing, nullptr), GW_OK);
  clean_up_.run(GW_OK);
  EXPECT_EQ(story, "one0 ");
}

TEST_F(CleanUpTest, ReplacingAnAttributeDropsTheOldValue) {
  const std::int32_t a = attribute_number("test.a");
  EXPECT_EQ(clean_up_.get(a), nullptr);
  EXPECT_EQ(clean_up_.set(a, word("old"), drop), GW_OK);
  EXPECT_EQ(clean_up_.set(a, word("new"), nullptr), GW_OK);
  EXPECT_STREQ(static_cast<const char*>(clean_up_.get(a)), "new");
  EXPECT_EQ(clean_up_.set(a, nullptr, nullptr), GW_OK);
  EXPECT_EQ(clean_up_.get(a), nullptr);
  clean_up_.run(GW_OK);
  EXPECT_EQ(story, "-old ");
}

TEST_F(CleanUpTest, RefusesNumbersThatNobodyWasGiven) {
  EXPECT_EQ(clean_up_.set(0, word("x"), nullptr), GW_E_INVALID);
  EXPECT_EQ(clean_up_.set(-1, word("x"), nullptr), GW_E_INVALID);
  EXPECT_EQ(clean_up_.set(100'000, word("x"), nullptr), GW_E_INVALID);
  EXPECT_EQ(clean_up_.get(100'000), nullptr);
}

TEST_F(CleanUpTest, RefusesCallbacksOverTheBoundAndNone) {
  EXPECT_EQ(clean_up_.on_close(nullptr, nullptr), GW_E_INVALID);
  for (std::size_t i = 0; i < CleanUp::kCallbacksMost; ++i) {
    ASSERT_EQ(clean_up_.on_close(say, word("")), GW_OK);
  }
  EXPECT_EQ(clean_up_.on_close(say, word("")), GW_E_TOOBIG);
  clean_up_.run(GW_OK);
}

TEST(AttributeNumber, IsTheSameForTheSameNameAndRefusesNamesWithoutADot) {
  const std::int32_t a = attribute_number("test.same");
  EXPECT_GT(a, 0);
  EXPECT_EQ(attribute_number("test.same"), a);
  EXPECT_NE(attribute_number("test.other"), a);
  EXPECT_EQ(attribute_number("same"), GW_E_INVALID);
  EXPECT_EQ(attribute_number(""), GW_E_INVALID);
}

}  // namespace
}  // namespace appserver::bridge
