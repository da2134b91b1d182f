// The three hellos: the same answer from C++, C and Rust.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/test_client.hpp>

#include "loaded_app.hpp"

using gateway::TestClient;
using gateway::TestResult;
using ::testing::IsEmpty;

class Hello : public ::testing::TestWithParam<const char*> {};

TEST_P(Hello, SaysHello) {
  const TestResult result = TestClient(loaded_app(GetParam())).get("/");
  EXPECT_EQ(result.status, 200u);
  EXPECT_EQ(result.header("content-type"), "text/plain");
  EXPECT_EQ(result.body, "Hello, world!\n");
  EXPECT_FALSE(result.failed);
  EXPECT_THAT(result.violations, IsEmpty());
}

TEST_P(Hello, PassesOnThatTheClientLeft) {
  TestClient client(loaded_app(GetParam()));
  client.conditions.leaves_after = 3;
  EXPECT_EQ(client.get("/").code, GW_E_GONE);
}

INSTANTIATE_TEST_SUITE_P(InEveryLanguage, Hello,
                         ::testing::Values("hello", "plain_c", "rust_hello"),
                         [](const auto& each) { return std::string(each.param); });
