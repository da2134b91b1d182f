#include "base/nearest.hpp"

#include <gmock/gmock.h>

namespace appserver {
namespace {

using testing::Eq;
using testing::Optional;

TEST(EditDistance, CountsInsertedRemovedAndReplacedLetters) {
  struct Case {
    const char *a, *b;
    std::size_t distance;
  };

  for (const Case& c :
       {Case{"", "", 0}, Case{"app", "app", 0}, Case{"", "app", 3},
        Case{"app", "apps", 1}, Case{"apps", "app", 1}, Case{"app", "apb", 1},
        Case{"hlelo", "hello", 1}, Case{"kitten", "sitting", 3}}) {
    SCOPED_TRACE(std::string(c.a) + " " + c.b);
    EXPECT_EQ(edit_distance(c.a, c.b), c.distance);
    EXPECT_EQ(edit_distance(c.b, c.a), c.distance);
  }
}

TEST(Nearest, IsTheOneWithFewestEdits) {
  EXPECT_THAT(nearest("app", {"shop", "apps", "application"}, 3), Optional(Eq("apps")));
}

TEST(Nearest, FirstOfEqualsWins) {
  EXPECT_THAT(nearest("ab", {"ac", "ad"}, 1), Optional(Eq("ac")));
}

TEST(Nearest, WhatIsTooFarIsNoSuggestion) {
  EXPECT_THAT(nearest("app", {"apps"}, 1), Optional(Eq("apps")));
  EXPECT_EQ(nearest("app", {"shop"}, 2), std::nullopt);
  EXPECT_EQ(nearest("app", {std::string(100000, 'a')}, 64), std::nullopt);
  EXPECT_EQ(nearest("app", {}, 64), std::nullopt);
}

}  // namespace
}  // namespace appserver
