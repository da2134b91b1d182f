#include "bridge/trailers.hpp"

#include <gtest/gtest.h>

#include "http/trailer_fields.hpp"

namespace appserver::bridge {
namespace {

gw_field field(std::string_view name, std::string_view value) {
  return {{name.data(), name.size()}, {value.data(), value.size()}};
}

std::int32_t set(Trailers& trailers, std::string_view name, std::string_view value) {
  const gw_field one = field(name, value);
  return trailers.set(&one, 1);
}

TEST(Trailers, AreAnnouncedAndWrittenInTheirOrder) {
  Trailers trailers;
  EXPECT_TRUE(trailers.empty());
  EXPECT_EQ(set(trailers, "X-Sum", "1"), GW_OK);
  EXPECT_EQ(set(trailers, "x-time", "2 ms"), GW_OK);
  EXPECT_EQ(trailers.announcement(), "Trailer: X-Sum, x-time\r\n");
  EXPECT_EQ(trailers.lines(), "X-Sum: 1\r\nx-time: 2 ms\r\n");
}

TEST(Trailers, ANameGivenAgainTakesTheNewValue) {
  Trailers trailers;
  EXPECT_EQ(set(trailers, "x-sum", ""), GW_OK);
  EXPECT_EQ(trailers.lines(), "") << "announced, not set";
  EXPECT_EQ(set(trailers, "X-SUM", "abc"), GW_OK);
  EXPECT_EQ(trailers.lines(), "x-sum: abc\r\n");
}

TEST(Trailers, AreTakenAllOrNone) {
  Trailers trailers;
  const gw_field two[] = {field("x-a", "1"), field("x-b", "a\nb")};
  EXPECT_EQ(trailers.set(two, 2), GW_E_HEADER);
  EXPECT_TRUE(trailers.empty());
  EXPECT_EQ(trailers.set(nullptr, 1), GW_E_INVALID);
}

TEST(Trailers, RefuseWhatMayNotStandBehindABody) {
  Trailers trailers;
  for (const char* name :
       {"content-length", "Transfer-Encoding", "host", "trailer", "Set-Cookie",
        "authorization", "content-type", "content-encoding", "cache-control", "te",
        "a b", "", "a:"}) {
    EXPECT_EQ(set(trailers, name, "1"), GW_E_HEADER) << name;
  }
  EXPECT_EQ(set(trailers, "content-digest", "1"), GW_OK);
}

TEST(Trailers, HaveABound) {
  Trailers trailers;
  EXPECT_EQ(set(trailers, "x-a", std::string(Trailers::kMost - 7, 'a')), GW_OK);
  EXPECT_EQ(set(trailers, "x-b", "1"), GW_E_TOOBIG);
  EXPECT_EQ(set(trailers, "x-a", std::string(Trailers::kMost - 6, 'a')), GW_E_TOOBIG);
  EXPECT_EQ(set(trailers, "x-a", "1"), GW_OK);
  EXPECT_EQ(set(trailers, "x-b", "1"), GW_OK);
}

TEST(TrailerFields, MayBeAnyNameThatSaysNothingOfTheMessage) {
  EXPECT_TRUE(http::may_be_trailer("x-checksum"));
  EXPECT_TRUE(http::may_be_trailer("Server-Timing"));
  EXPECT_TRUE(http::may_be_trailer("etag"));
  EXPECT_FALSE(http::may_be_trailer("AGE"));
  EXPECT_FALSE(http::may_be_trailer("x-forwarded-proto"));
  EXPECT_FALSE(http::may_be_trailer("sec-websocket-extensions"));
  EXPECT_FALSE(http::may_be_trailer("www-authenticate"));
}

}  // namespace
}  // namespace appserver::bridge
