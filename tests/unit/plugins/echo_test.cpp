// Echo: what goes in comes out, in whatever pieces it arrives and leaves.
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk/test_client.hpp>

#include "loaded_app.hpp"

using gateway::TestClient;
using gateway::TestResult;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 % 251);
  return text;
}

struct Way {
  std::size_t size;
  std::vector<std::size_t> arrives;
  bool declares_length;
  int bodies;  // 0: the fast path
};

}  // namespace

TEST(Echo, GivesBackEveryBodyHoweverItArrives) {
  for (const Way& way :
       {Way{0, {}, true, 0}, Way{1, {}, true, 0}, Way{1024, {}, true, 0},
        Way{1024, {}, false, 0}, Way{16'384, {}, true, 0}, Way{16'385, {}, true, 1},
        Way{1024, {0}, true, 1}, Way{1024, {1, 1, 1022}, true, 1},
        Way{1024, {1000}, false, 1}, Way{300'000, {}, false, 1},
        Way{300'000, {0, 16'384, 1, 100'000}, true, 1}}) {
    SCOPED_TRACE(way.size);
    TestClient client(loaded_app("echo"));
    client.conditions.arrives = way.arrives;
    client.conditions.declares_length = way.declares_length;
    client.conditions.room = GW_TAKEN_WHOLE;
    const std::string body = pattern(way.size);
    const TestResult result = client.post("/", body, {{"Content-Type", "image/png"}});
    EXPECT_EQ(result.status, 200u);
    EXPECT_EQ(result.body, body);
    EXPECT_EQ(result.bodies_closed, way.bodies);
    EXPECT_EQ(result.header("content-type"), "image/png");
    EXPECT_EQ(result.header("content-length").has_value(), way.declares_length);
    EXPECT_THAT(result.violations, IsEmpty());
  }
}

TEST(Echo, ABodyWithoutATypeIsOctets) {
  const TestResult result = TestClient(loaded_app("echo")).post("/", "x");
  EXPECT_EQ(result.header("content-type"), "application/octet-stream");
}

TEST(Echo, ACutBodyIsNotEchoedAsIfItWereWhole) {
  for (const std::size_t cut : {std::size_t{10}, std::size_t{200'000}}) {
    SCOPED_TRACE(cut);
    TestClient client(loaded_app("echo"));
    client.conditions.arrives = {5, 100};
    client.conditions.body_cut_after = cut;
    const TestResult result = client.post("/", pattern(300'000));
    EXPECT_TRUE(result.failed);
    EXPECT_EQ(result.code, GW_E_GONE);
    EXPECT_EQ(result.bodies_closed, 1);
  }
}

TEST(Echo, GetTellsHowToUseIt) {
  const TestResult result = TestClient(loaded_app("echo")).get("/");
  EXPECT_EQ(result.header("content-type"), "text/plain");
  EXPECT_THAT(result.body, HasSubstr("POST"));
}
