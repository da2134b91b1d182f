// The wall: whatever an app throws, the host gets a code and the log gets the text.
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::Environ;
using gateway::StartResponse;
using gateway::TestClient;
using gateway::TestResult;

std::string_view thrower(const Environ& env, StartResponse& start_response) {
  const std::string_view what = env.path_info();
  if (what == "/runtime") throw std::runtime_error("the disk is on fire");
  if (what == "/memory") throw std::bad_alloc();
  if (what == "/int") throw 42;
  gateway::Writer& writer = start_response(200);
  if (what == "/late") {
    writer.write("half an ans");
    throw std::runtime_error("lost the rest");
  }
  if (what == "/twice") start_response(200);
  return "ok";
}

struct Row {
  std::string_view path;
  std::int64_t code;
  std::string_view text;
};

}  // namespace

GATEWAY_APP(thrower);

TEST(Wall, WhatIsThrownBecomesACodeAndALine) {
  for (const Row& row :
       {Row{"/runtime", GW_E_APP, "the disk is on fire"},
        Row{"/memory", GW_E_NOMEM, "std::bad_alloc"},
        Row{"/int", GW_E_APP, "the app threw something that is not a std::exception"},
        Row{"/twice", GW_E_STATE, "the host refused the head"}}) {
    SCOPED_TRACE(row.path);
    const TestResult result = TestClient(gw1_thrower).get(row.path);
    EXPECT_EQ(result.status, 500u);
    EXPECT_EQ(result.code, row.code);
    EXPECT_FALSE(result.aborted);
    ASSERT_EQ(result.log.size(), 1u);
    EXPECT_EQ(result.log[0].level, GW_LOG_ERROR);
    EXPECT_EQ(result.log[0].text, row.text);
  }
}

TEST(Wall, AnExceptionAfterBytesCutsTheConnection) {
  const TestResult result = TestClient(gw1_thrower).get("/late");
  EXPECT_TRUE(result.aborted);
  EXPECT_EQ(result.code, GW_E_APP);
  EXPECT_EQ(result.body, "half an ans");
}

TEST(Wall, NothingThrownIsNothingLogged) {
  const TestResult result = TestClient(gw1_thrower).get("/");
  EXPECT_EQ(result.body, "ok");
  EXPECT_TRUE(result.log.empty());
}

TEST(Wall, AClientThatLeftIsNoErrorOfTheApp) {
  TestClient client(gw1_thrower);
  client.conditions.leaves_after = 1;
  const TestResult result = client.get("/");
  EXPECT_EQ(result.code, GW_E_GONE);
  ASSERT_EQ(result.log.size(), 1u);
  EXPECT_EQ(result.log[0].level, GW_LOG_INFO);
}
