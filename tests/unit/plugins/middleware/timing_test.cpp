// timing: one field, whatever the answer; and it is plain C.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loaded_middleware.hpp"

using gateway::TestChain;
using gateway::TestChainResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

TEST(Timing, SaysMillisecondsWithThreeDigits) {
  TestChain chain({{loaded_middleware("timing")}}, kHello);
  const TestChainResult result = chain.get("/");
  EXPECT_EQ(result.body, "hello\n");
  EXPECT_EQ(result.header("content-length"), "6");
  EXPECT_THAT(std::string(result.header("server-timing").value_or("")),
              MatchesRegex("app;dur=[0-9]+\\.[0-9][0-9][0-9]"));
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST(Timing, HasNothingToConfigure) {
  EXPECT_EQ(refusal_of("timing", ""), "");
  EXPECT_EQ(refusal_of("timing", " { } "), "");
  EXPECT_THAT(refusal_of("timing", R"({"a":1})"), HasSubstr("timing: the config"));
  EXPECT_THAT(refusal_of("timing", "{"), HasSubstr("timing: the config"));
}
