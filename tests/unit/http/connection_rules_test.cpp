// What Connection says: whether the connection is kept, and which fields an app must
// not see.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "head_of.hpp"
#include "http/request_rules.hpp"

namespace appserver::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Pairs left_of(const Pairs& pairs, unsigned version = 10) {
  HeadOf head(pairs, version);
  const auto judged = head.judge();
  EXPECT_TRUE(judged.has_value()) << judged.error().why;
  return judged ? head.for_app(*judged) : Pairs{};
}

bool keeps_alive(Pairs pairs, unsigned version) {
  pairs.insert(pairs.begin(), {"host", "a"});
  const auto judged = HeadOf(pairs, version).judge();
  EXPECT_TRUE(judged.has_value()) << judged.error().why;
  return judged && judged->keep_alive;
}

TEST(ConnectionRules, OneOneIsKeptUnlessClosed) {
  EXPECT_TRUE(keeps_alive({}, 11));
  EXPECT_TRUE(keeps_alive({{"connection", ""}}, 11));
  EXPECT_TRUE(keeps_alive({{"connection", "keep-alive"}}, 11));
  EXPECT_TRUE(keeps_alive({{"connection", "closed"}}, 11));
  EXPECT_FALSE(keeps_alive({{"connection", "close"}}, 11));
  EXPECT_FALSE(keeps_alive({{"connection", "Close"}}, 11));
}

TEST(ConnectionRules, OneZeroIsClosedUnlessKept) {
  EXPECT_FALSE(keeps_alive({}, 10));
  EXPECT_FALSE(keeps_alive({{"connection", "close"}}, 10));
  EXPECT_FALSE(keeps_alive({{"connection", "x-keep-alive"}}, 10));
  EXPECT_TRUE(keeps_alive({{"connection", "keep-alive"}}, 10));
  EXPECT_TRUE(keeps_alive({{"connection", "Keep-Alive"}}, 10));
  EXPECT_TRUE(keeps_alive({{"connection", "x, keep-alive"}}, 10));
}

TEST(ConnectionRules, EveryConnectionFieldAndElementCounts) {
  EXPECT_FALSE(keeps_alive({{"connection", "te"}, {"connection", "close"}}, 11));
  EXPECT_FALSE(keeps_alive({{"connection", "x-a , close,x-b"}}, 11));
  EXPECT_FALSE(keeps_alive({{"connection", ",,close,"}}, 11));
  EXPECT_FALSE(
      keeps_alive({{"connection", "close"}, {"connection", "keep-alive"}}, 11));
  EXPECT_FALSE(keeps_alive({{"connection", "keep-alive, close"}}, 10));
}

TEST(ConnectionRules, ProxyConnectionSaysNothing) {
  EXPECT_TRUE(keeps_alive({{"proxy-connection", "close"}}, 11));
  EXPECT_FALSE(keeps_alive({{"proxy-connection", "keep-alive"}}, 10));
}

TEST(ConnectionRules, HopByHopFieldsAreDropped) {  // GW-E24
  for (const char* name : {"te", "trailer", "upgrade", "connection", "keep-alive",
                           "proxy-connection", "proxy", "close"}) {
    SCOPED_TRACE(name);
    EXPECT_THAT(left_of({{"x-a", "1"}, {name, "x-none"}, {"x-b", "2"}}),
                ElementsAre(Pair("x-a", "1"), Pair("x-b", "2")));
  }
  EXPECT_THAT(left_of({{"host", "a"}, {"transfer-encoding", "chunked"}}, 11),
              ElementsAre(Pair("host", "a")));
}

TEST(ConnectionRules, FieldsOfTheSameLengthStay) {
  const Pairs pairs = {{"tf", ""},
                       {"etag", ""},
                       {"prozy", ""},
                       {"traiier", ""},
                       {"upgrad3", ""},
                       {"connecti0n", ""},
                       {"keep_alive", ""},
                       {"content_type", ""},
                       {"content_length", "x"},
                       {"proxy_connection", ""},
                       {"transfer_encoding", "x"},
                       {"proxy-authorization", ""},
                       {"hosts", "b"},
                       {"cookie", ""}};
  EXPECT_EQ(left_of(pairs), pairs);
}

TEST(ConnectionRules, NamedFieldsAreDroppedWhereverTheyAre) {
  EXPECT_THAT(left_of({{"x-a", "1"},
                       {"connection", "X-A, close"},
                       {"x-b", "2"},
                       {"x-a", "3"},
                       {"x-c", "4"},
                       {"connection", "x-c"}}),
              ElementsAre(Pair("x-b", "2")));
}

TEST(ConnectionRules, NamedFieldThatIsAbsentDropsNothing) {
  EXPECT_THAT(left_of({{"x-a", "1"}, {"connection", "x-, -a, x-ab"}}),
              ElementsAre(Pair("x-a", "1")));
}

TEST(ConnectionRules, FieldsThatFrameTheMessageMayNotBeNamed) {
  for (const char* name :
       {"host", "content-length", "content-type", "transfer-encoding", "expect", "Host",
        "CONTENT-LENGTH", "close, Transfer-Encoding"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", name}}), 400u);
    EXPECT_EQ(refusal_of({{"connection", name}}, 10), 400u);
  }
}

TEST(ConnectionRules, UsualOptionsAreServed) {
  for (const char* value : {"Upgrade, HTTP2-Settings", "TE, close",
                            "keep-alive, Upgrade", "te,trailer", "connection", " , "}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", value}}), 0u);
  }
}

TEST(ConnectionRules, OptionThatIsNoTokenIsRefused) {
  for (const char* value : {"close\t", "close,\tx", "a b", "\"close\"", "a:b",
                            "close;x", "\x01", "x\x7f"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", value}}), 400u);
  }
}

TEST(ConnectionRules, NumberOfNamesIsBounded) {
  std::string names = "close, keep-alive, te";
  for (int i = 0; i < 16; ++i) names += ",x-" + std::to_string(i);
  EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", names}}), 0u);
  names += ",x-17";
  EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", names}}), 400u);
}

}  // namespace
}  // namespace appserver::http
