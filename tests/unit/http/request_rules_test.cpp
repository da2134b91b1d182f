// Host, body framing, Expect. What Connection does is in connection_rules_test.cpp.
#include "http/request_rules.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "head_of.hpp"

namespace appserver::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Judges `pairs` beside a Host, in HTTP/1.1, and expects them to be served.
Request served(Pairs pairs, unsigned version = 11) {
  pairs.insert(pairs.begin(), {"host", "a"});
  const auto judged = HeadOf(pairs, version).judge();
  EXPECT_TRUE(judged.has_value()) << judged.error().why;
  return judged ? *judged : Request{};
}

unsigned refusal_beside_host(Pairs pairs, unsigned version = 11) {
  pairs.insert(pairs.begin(), {"host", "a"});
  return refusal_of(pairs, version);
}

TEST(RequestRules, PlainRequestIsServed) {
  const Request request = served({});
  EXPECT_EQ(request.host, "a");
  EXPECT_EQ(request.target.path, "/");
  EXPECT_EQ(request.content_type.data(), nullptr);
  EXPECT_EQ(request.content_length, 0);
  EXPECT_EQ(request.body, BodyKind::None);
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.expects_continue);
  EXPECT_EQ(request.field_count, 1u);
}

TEST(RequestRules, RefusedTargetRefusesTheRequest) {
  EXPECT_EQ(HeadOf(Pairs{{"host", "a"}}).asks("GET", "/#").judge().error().status, 400);
  EXPECT_EQ(HeadOf(Pairs{{"host", "a"}}).asks("CONNECT", "a:1").judge().error().status,
            501);
  EXPECT_TRUE(HeadOf(Pairs{{"host", "a"}}).asks("FOO", "/").judge().has_value());
}

TEST(RequestRules, OneHostIsNeededInOneOne) {
  EXPECT_EQ(refusal_of({{"host", "a.example:80"}}), 0u);
  EXPECT_EQ(refusal_of({}), 400u);
  EXPECT_EQ(refusal_of({{"x-host", "a"}}), 400u);
  EXPECT_EQ(refusal_of({{"host", "a"}, {"host", "a"}}), 400u);
  EXPECT_EQ(refusal_of({{"host", ""}, {"host", ""}}), 400u);
}

TEST(RequestRules, HostMayBeAbsentInOneZeroButNotTwice) {
  const auto judged = HeadOf({}, 10).judge();
  ASSERT_TRUE(judged.has_value());
  EXPECT_EQ(judged->host, "");
  EXPECT_EQ(refusal_of({{"host", "a"}}, 10), 0u);
  EXPECT_EQ(refusal_of({{"host", "a"}, {"host", "a"}}, 10), 400u);
}

TEST(RequestRules, EmptyHostIsNoHost) {
  EXPECT_EQ(refusal_of({{"host", ""}}), 400u);
  EXPECT_EQ(refusal_of({{"host", ""}}, 10), 0u);
  EXPECT_EQ(HeadOf(Pairs{{"host", ""}}).asks("GET", "http://b/").judge().error().status,
            400);
}

TEST(RequestRules, MalformedHostIsRefused) {  // GW-E10
  for (const char* host : {"a b", "a/", "u@a", "a,b c", "http://a", "a:b", "a:65536",
                           "[::1", "::1", "a\tb", "a\x01", "a?", "\xc3\xa4"}) {
    SCOPED_TRACE(host);
    EXPECT_EQ(refusal_of({{"host", host}}), 400u);
    EXPECT_EQ(refusal_of({{"host", host}}, 10), 400u);
  }
}

TEST(RequestRules, AuthorityOfTheTargetWins) {
  HeadOf head(Pairs{{"host", "a"}});
  const auto judged = head.asks("GET", "http://b:81/x").judge();
  ASSERT_TRUE(judged.has_value());
  EXPECT_EQ(judged->host, "b:81");
  EXPECT_THAT(head.for_app(*judged), ElementsAre(Pair("host", "b:81")));
}

TEST(RequestRules, AuthorityOfTheTargetDoesNotStandInForAMissingHost) {
  EXPECT_EQ(HeadOf(Pairs{}).asks("GET", "http://b/").judge().error().status, 400);
  EXPECT_EQ(
      HeadOf(Pairs{{"host", "a b"}}).asks("GET", "http://b/").judge().error().status,
      400);
  EXPECT_EQ(HeadOf({}, 10).asks("GET", "http://b/").judge()->host, "b");
}

TEST(RequestRules, LengthMakesASizedBody) {
  const Request request = served({{"content-length", "5"}});
  EXPECT_EQ(request.body, BodyKind::Sized);
  EXPECT_EQ(request.content_length, 5);
  EXPECT_EQ(served({{"content-length", "5"}}, 10).content_length, 5);
}

TEST(RequestRules, LengthZeroIsNoBody) {
  EXPECT_EQ(served({{"content-length", "0"}}).body, BodyKind::None);
}

TEST(RequestRules, MalformedLengthIsRefused) {  // GW-E13
  for (const char* length :
       {"", "+5", "-5", "5 5", "0x5", "5a", "five", "5,", ",5", ",", "5,,5", "5;5",
        "9223372036854775808", "\t5", "5\t", "5\v"}) {
    SCOPED_TRACE(length);
    EXPECT_EQ(refusal_beside_host({{"content-length", length}}), 400u);
    EXPECT_EQ(refusal_beside_host({{"content-length", length}}, 10), 400u);
  }
}

TEST(RequestRules, EqualLengthsAreOne) {
  for (const Pairs& pairs :
       {Pairs{{"content-length", "5, 5"}}, Pairs{{"content-length", "5,5"}},
        Pairs{{"content-length", "5"}, {"content-length", "5"}},
        Pairs{{"content-length", "5,5"}, {"content-length", "5"}}}) {
    HeadOf head(pairs, 10);
    const auto judged = head.judge();
    ASSERT_TRUE(judged.has_value());
    EXPECT_EQ(judged->content_length, 5);
    EXPECT_EQ(judged->body, BodyKind::Sized);
    EXPECT_THAT(head.for_app(*judged), ElementsAre(Pair("content-length", "5")));
  }
}

TEST(RequestRules, DifferingLengthsAreRefused) {
  EXPECT_EQ(refusal_beside_host({{"content-length", "5, 6"}}), 400u);
  EXPECT_EQ(refusal_beside_host({{"content-length", "5,\t5"}}), 400u);
  EXPECT_EQ(refusal_beside_host({{"content-length", "5, 05"}}), 400u);
  EXPECT_EQ(refusal_beside_host({{"content-length", "5"}, {"content-length", "6"}}),
            400u);
  EXPECT_EQ(refusal_beside_host({{"content-length", "5"}, {"content-length", ""}}),
            400u);
  EXPECT_EQ(refusal_beside_host({{"content-length", "0"}, {"content-length", "5"}}),
            400u);
}

TEST(RequestRules, ChunkedMakesABodyOfUnknownLength) {
  for (const char* coding : {"chunked", "Chunked", "CHUNKED"}) {
    SCOPED_TRACE(coding);
    const Request request = served({{"transfer-encoding", coding}});
    EXPECT_EQ(request.body, BodyKind::Chunked);
    EXPECT_EQ(request.content_length, -1);
  }
}

TEST(RequestRules, LengthBesideChunkedIsRefused) {
  EXPECT_EQ(
      refusal_beside_host({{"transfer-encoding", "chunked"}, {"content-length", "5"}}),
      400u);
  EXPECT_EQ(
      refusal_beside_host({{"content-length", "0"}, {"transfer-encoding", "chunked"}}),
      400u);
}

TEST(RequestRules, TransferEncodingInOneZeroIsRefused) {
  EXPECT_EQ(refusal_beside_host({{"transfer-encoding", "chunked"}}, 10), 400u);
  EXPECT_EQ(refusal_beside_host({{"transfer-encoding", "gzip"}}, 10), 400u);
}

TEST(RequestRules, OtherCodingIsNotImplemented) {
  for (const char* coding : {"gzip, chunked", "deflate,chunked", "x, gzip, chunked"}) {
    SCOPED_TRACE(coding);
    EXPECT_EQ(refusal_beside_host({{"transfer-encoding", coding}}), 501u);
  }
}

TEST(RequestRules, ChunkedTwiceOrNotLastIsRefused) {
  for (const char* coding :
       {"chunked, chunked", "chunked, gzip", "chunked,", "chunked,,", "gzip",
        "identity", "xchunked", "chunkedx", "chunked, gzip, chunked"}) {
    SCOPED_TRACE(coding);
    EXPECT_EQ(refusal_beside_host({{"transfer-encoding", coding}}), 400u);
  }
  EXPECT_EQ(refusal_beside_host(
                {{"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}}),
            400u);
  EXPECT_EQ(refusal_beside_host(
                {{"transfer-encoding", "chunked"}, {"transfer-encoding", "identity"}}),
            400u);
}

TEST(RequestRules, MalformedTransferEncodingIsRefused) {
  for (const char* coding :
       {"", ",", ",chunked", "\tchunked", "chunked\t", "chunked;x=1", "chunked;",
        "\"chunked\"", "chun ked", "chunked\v", "chunked\x01", " \tchunked"}) {
    SCOPED_TRACE(coding);
    EXPECT_EQ(refusal_beside_host({{"transfer-encoding", coding}}), 400u);
  }
}

TEST(RequestRules, ContinueIsExpectedOnlyWithABodyInOneOne) {
  const Pairs pairs = {{"expect", "100-Continue"}, {"content-length", "5"}};
  EXPECT_TRUE(served(pairs).expects_continue);
  EXPECT_FALSE(served(pairs, 10).expects_continue);
  EXPECT_FALSE(served({{"expect", "100-continue"}}).expects_continue);
  EXPECT_TRUE(served({{"transfer-encoding", "chunked"}, {"expect", "100-continue"}})
                  .expects_continue);
}

TEST(RequestRules, UnknownExpectFailsInOneOne) {
  for (const char* expectation :
       {"", "100-continue, x", "x", "200-ok", "100-continue;x"}) {
    SCOPED_TRACE(expectation);
    EXPECT_EQ(refusal_beside_host({{"expect", expectation}}), 417u);
    EXPECT_EQ(refusal_beside_host({{"expect", expectation}}, 10), 0u);
  }
}

TEST(RequestRules, ContentTypeIsOneAndEmptyIsNotAbsent) {
  const Request twice = served({{"content-type", "a/b"}, {"content-type", "a/b"}});
  EXPECT_EQ(twice.content_type, "a/b");
  EXPECT_EQ(twice.field_count, 2u);
  EXPECT_EQ(refusal_beside_host({{"content-type", "a/b"}, {"content-type", "c/d"}}),
            400u);
  EXPECT_EQ(refusal_beside_host({{"content-type", ""}, {"content-type", "c/d"}}), 400u);
  EXPECT_NE(served({{"content-type", ""}}).content_type.data(), nullptr);
}

TEST(RequestRules, EndToEndFieldsStayInOrder) {  // GW-E15, GW-E16
  const Pairs pairs = {{"x-a", "1"},
                       {"host", "a"},
                       {"cookie", "a=b"},
                       {"x-a", "2"},
                       {"content-type", "t/t"},
                       {"cookie", "c=d"},
                       {"content-length", "3"},
                       {"expect", "100-continue"},
                       {"x_a", "3"},
                       {"authorization", ""},
                       {"accept", "*/*"}};
  HeadOf head(pairs);
  const auto judged = head.judge();
  ASSERT_TRUE(judged.has_value());
  EXPECT_EQ(head.for_app(*judged), pairs);
}

TEST(RequestRules, ManyFieldsAreServed) {
  Pairs pairs(127, {"x-a", "b"});
  EXPECT_EQ(served(pairs).field_count, 128u);
}

}  // namespace
}  // namespace appserver::http
