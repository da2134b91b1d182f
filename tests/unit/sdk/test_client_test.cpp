// The test client itself: does it see each broken rule, and leave good apps alone?
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/gateway.h>
#include <gateway/sdk/test_client.hpp>

namespace {

using gateway::as_str;
using gateway::as_view;
using gateway::TestClient;
using gateway::TestResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Head {
  std::uint32_t status;
  std::string_view name, value;
};

Head head;  // what the app below shall send

std::int64_t send_head(void*, const gw_environ* env,
                       gw_start_response* start_response) {
  const gw_field field{as_str(head.name), as_str(head.value)};
  gw_writer* writer = start_response(env, head.status, &field, 1, 0);
  return writer->write(writer, "12345", 5, GW_LAST);
}

std::int64_t write_after_last(void*, const gw_environ* env, gw_start_response* start) {
  gw_writer* writer = start(env, 200, nullptr, 0, 0);
  writer->write(writer, "12345", 5, GW_LAST);
  return writer->write(writer, "6", 1, 0);
}

std::int64_t late_replace(void*, const gw_environ* env, gw_start_response* start) {
  gw_writer* writer = start(env, 200, nullptr, 0, 0);
  writer->write(writer, "12345", 5, 0);
  return start(env, 500, nullptr, 0, GW_REPLACE)->error;
}

std::int64_t never_closed_next(gw_source*, void*, std::size_t) {
  return GW_E_AGAIN;
}

void count_close(gw_source* source, std::int32_t) {
  ++source->flags;
}

gw_source waiting{sizeof(gw_source), 0, &never_closed_next, &count_close};
gw_source spare{sizeof(gw_source), 0, &never_closed_next, &count_close};

std::int64_t two_bodies(void*, const gw_environ* env, gw_start_response* start) {
  gw_writer* writer = start(env, 200, nullptr, 0, 0);
  writer->body(writer, &waiting);
  writer->body(writer, &spare);
  return GW_OK;
}

}  // namespace

GW_APP(send_head, send_head, 0);
GW_APP(write_after_last, write_after_last, 0);
GW_APP(late_replace, late_replace, 0);
GW_APP(two_bodies, two_bodies, 0);

struct Refusal {
  Head head;
  std::int64_t code;
  std::string_view rule;
};

TEST(TestClient, ABrokenHeadIsReportedByItsRule) {
  for (const Refusal& row :
       {Refusal{{199, "a", "b"}, GW_E_INVALID, "GW-S2"},
        Refusal{{600, "a", "b"}, GW_E_INVALID, "GW-S2"},
        Refusal{{200, "", "b"}, GW_E_HEADER, "GW-S4"},
        Refusal{{200, "a b", "c"}, GW_E_HEADER, "GW-S4"},
        Refusal{{200, ":a", "c"}, GW_E_HEADER, "GW-S4"},
        Refusal{{200, "a", "b\nc"}, GW_E_HEADER, "GW-S6"},
        Refusal{{200, "Status", "200"}, GW_E_HEADER, "GW-S7"},
        Refusal{{200, "Connection", "x"}, GW_E_HEADER, "GW-S9"},
        Refusal{{200, "Transfer-Encoding", "x"}, GW_E_HEADER, "GW-S9"},
        Refusal{{204, "content-length", "5"}, GW_E_HEADER, "GW-S13"},
        Refusal{{200, "content-length", "-5"}, GW_E_HEADER, "GW-O10"},
        Refusal{{200, "content-length", "4"}, GW_E_TOOBIG, "GW-O5"}}) {
    SCOPED_TRACE(row.rule);
    head = row.head;
    const TestResult result = TestClient(gw1_send_head).get("/");
    EXPECT_EQ(result.status, 500u);
    EXPECT_EQ(result.code, row.code);
    EXPECT_THAT(result.violations, ElementsAre(StartsWith(std::string(row.rule))));
  }
}

TEST(TestClient, AGoodHeadIsLeftAlone) {
  for (const Head& good : {Head{200, "x-a", "b\tc"}, Head{599, "!#$%&'*+-.^_`|~", ""},
                           Head{200, "Content-Length", "5"}}) {
    SCOPED_TRACE(good.name);
    head = good;
    const TestResult result = TestClient(gw1_send_head).get("/");
    EXPECT_EQ(result.status, good.status);
    EXPECT_EQ(result.body, "12345");
    EXPECT_FALSE(result.failed);
    EXPECT_THAT(result.violations, IsEmpty());
  }
}

TEST(TestClient, ABodyShorterThanItsLengthIsReported) {
  head = {200, "content-length", "6"};
  const TestResult result = TestClient(gw1_send_head).get("/");
  EXPECT_TRUE(result.aborted);
  EXPECT_THAT(result.violations, ElementsAre(StartsWith("GW-O6")));
}

TEST(TestClient, AHeadRequestHasNoBody) {
  head = {200, "content-length", "5"};
  const TestResult result = TestClient(gw1_send_head).request("HEAD", "/");
  EXPECT_EQ(result.body, "");
  EXPECT_FALSE(result.failed);
}

TEST(TestClient, AWriteAfterTheEndIsReported) {
  const TestResult result = TestClient(gw1_write_after_last).get("/");
  EXPECT_THAT(result.violations, ElementsAre(StartsWith("GW-C8")));
}

TEST(TestClient, AReplacementThatComesTooLateIsReported) {
  const TestResult result = TestClient(gw1_late_replace).get("/");
  EXPECT_EQ(result.code, GW_E_SENT);
  EXPECT_TRUE(result.aborted);
  EXPECT_THAT(result.violations, ElementsAre(StartsWith("GW-S18")));
}

TEST(TestClient, ASourceThatWaitsForNothingIsReportedAndEverySourceIsClosedOnce) {
  waiting.flags = spare.flags = 0;
  const TestResult result = TestClient(gw1_two_bodies).get("/");
  EXPECT_THAT(result.violations,
              ElementsAre(StartsWith("GW-O13"), StartsWith("GW-O2")));
  EXPECT_EQ(waiting.flags, 1u);
  EXPECT_EQ(spare.flags, 1u);
}
