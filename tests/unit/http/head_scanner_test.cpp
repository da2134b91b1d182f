// Request heads, as bytes; each is scanned in every way that scan_outcome.hpp knows.
#include "http/head_scanner.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scan_outcome.hpp"

namespace appserver::http {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(HeadScanner, TakesAHeadApart) {
  const std::string head =
      "POST /a?b HTTP/1.1\r\nHost: a.example\r\nX-Y: z\r\n"
      "Content-Length: 3\r\n\r\n";
  const Outcome outcome = scan(head + "abcGET / HTTP/1.1\r\n");
  EXPECT_EQ(outcome.progress, HeadProgress::Complete);
  EXPECT_EQ(outcome.method, "POST");
  EXPECT_EQ(outcome.target, "/a?b");
  EXPECT_EQ(outcome.version, 11u);
  EXPECT_EQ(outcome.size, head.size());
  EXPECT_THAT(outcome.fields, ElementsAre(Pair("host", "a.example"), Pair("x-y", "z"),
                                          Pair("content-length", "3")));
}

TEST(HeadScanner, TakesTheShortestHeads) {
  EXPECT_EQ(scan("GET / HTTP/1.1\r\n\r\n").size, 18u);
  EXPECT_EQ(scan("G / HTTP/1.0\r\na:\r\n\r\n").version, 10u);
  EXPECT_THAT(scan("G / HTTP/1.0\r\n\r\n").fields, IsEmpty());
}

TEST(HeadScanner, NeedsMoreUntilTheEmptyLine) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(scan_whole(head.substr(0, size), {}).progress, HeadProgress::NeedMore);
  }
}

TEST(HeadScanner, ScansOneHeadAfterTheOther) {
  Feed feed({});
  const std::string one = "GET /1 HTTP/1.1\r\nA: b\r\n\r\n";
  EXPECT_EQ(feed.feed(one).target, "/1");
  EXPECT_EQ(feed.feed(one).target, "/1") << "nothing is left of the last one";
}

TEST(HeadScanner, ForgetsAnIncompleteHead) {
  std::string bytes = "GET /longer/path HTTP/1.1\r\nHo";
  std::array<Field, 4> table;
  RequestHead head;
  Rejection rejection;
  HeadScanner scanner;
  ASSERT_EQ(scanner.scan(bytes, table, {}, head, rejection), HeadProgress::NeedMore);
  scanner.restart();
  const std::string other = "GET / HTTP/1.1\r\n\r\n";
  std::copy(other.begin(), other.end(), bytes.begin());
  ASSERT_EQ(scanner.scan(bytes, table, {}, head, rejection), HeadProgress::Complete);
  EXPECT_EQ(head.target, "/");
}

TEST(HeadScanner, SkipsSomeEmptyLines) {  // RFC 9112 2.2
  EXPECT_EQ(scan("\r\nGET / HTTP/1.1\r\n\r\n").size, 20u);
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += "\r\n";
  EXPECT_EQ(scan(eight + "GET / HTTP/1.1\r\n\r\n").progress, HeadProgress::Complete);
  EXPECT_EQ(scan(eight).progress, HeadProgress::NeedMore);
  expect_refused(eight + "\r\nGET / HTTP/1.1\r\n\r\n", 400);
  for (const char* front : {"\n", "\r", "\r\r\n", "\r\n\n", " \r\n", "\r\n "}) {
    expect_refused(front + "GET / HTTP/1.1\r\n\r\n"s, 400);
  }
}

TEST(HeadScanner, MethodIsAnyTokenUpToABound) {  // RFC 9110 9.1
  for (const std::string& method :
       {"get"s, "M-SEARCH"s, "!#$%&'*+-.^_`|~09azAZ"s, std::string(32, 'M')}) {
    EXPECT_EQ(scan(method + " / HTTP/1.1\r\n\r\n").method, method);
  }
  expect_refused(std::string(33, 'M') + " / HTTP/1.1\r\n\r\n", 501);
  expect_refused(std::string(9000, 'M') + " / HTTP/1.1\r\n\r\n", 501);
  for (const std::string& method :
       {""s, "G(T"s, "GE\xc3\x84T"s, "G\0T"s, "\"GET\""s, "GET:"s, "GET/"s, "G\tT"s}) {
    expect_refused(method + " / HTTP/1.1\r\n\r\n", 400);
  }
}

TEST(HeadScanner, RequestLineHasExactlyTwoSpaces) {  // RFC 9112 3
  for (const char* line :
       {"GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ",
        "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", "GET / HTTP/1.1\t", "GET / a HTTP/1.1",
        "GET", "GET /", "GET / ", "GET HTTP/1.1", "GET/ HTTP/1.1", "GET /HTTP/1.1"}) {
    expect_refused(line + "\r\nHost: a\r\n\r\n"s, 400);
  }
}

TEST(HeadScanner, EveryByteOfTheTargetIsVisibleAscii) {
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const bool visible = byte > 0x20 && byte < 0x7f;
    for (const std::size_t before : {0U, 3U, 14U, 15U, 16U, 40U}) {
      const std::string target =
          "/" + std::string(before, 'a') + static_cast<char>(byte) + "b";
      const Outcome outcome = scan_whole("GET " + target + " HTTP/1.1\r\n\r\n", {});
      if (visible) {
        EXPECT_EQ(outcome.target, target);
      } else {
        EXPECT_EQ(outcome.status, 400u);
      }
    }
  }
}

TEST(HeadScanner, VersionIsOneOneOrOneZero) {
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/1.9", "HTTP/0.9",
                              "HTTP/3.0", "HTTP/2.1", "HTTP/0.1"}) {
    expect_refused("GET / "s + version + "\r\nHost: a\r\n\r\n", 505);
  }
  for (const char* version :
       {"http/1.1", "HTTP/1", "HTTP/1.", "HTTP/1.10", "HTTP/01.1", "HTTP/11",
        "HTTP /1.1", "HTTP/1,1", "HTTP/a.1", "HTTP/1.a", "HTTPS/1.1", "ICE/1.0",
        "HTTP/-1.1", "", "HTTP/1.1x", "HTTP/1 .1", "HTTP/\xb1.1", "XTTP/1.1"}) {
    expect_refused("GET / "s + version + "\r\nHost: a\r\n\r\n", 400);
  }
}

TEST(HeadScanner, WhatIsNoRequestIsRefusedAtOnce) {
  EXPECT_EQ(scan_whole("\x16\x03\x01", {}).status, 400u) << "TLS";
  EXPECT_EQ(scan_whole("GET /\r", {}).status, 400u) << "HTTP/0.9";
  EXPECT_EQ(scan_whole("PRI * HTTP/2.0\r\n", {}).status, 505u) << "HTTP/2";
  EXPECT_EQ(scan_whole("HTTP/1.1 200 OK", {}).status, 400u) << "an answer";
  EXPECT_EQ(scan_whole("SSH-2.0-x\r\n", {}).status, 400u);
  EXPECT_EQ(scan_whole("PROXY TCP4 1.1.1.1 2", {}).status, 400u);
  EXPECT_EQ(scan_whole("GET / HTTQ", {}).status, 400u);
  EXPECT_EQ(scan_whole("GET / HTTP/1.1\r\n ", {}).status, 400u) << "a fold";
  EXPECT_EQ(scan_whole("GET / HTTP/1.1\r\nA\x01", {}).status, 400u);
  EXPECT_EQ(scan_whole("GET / HTTP/1.1\r\nA: \x01", {}).status, 400u);
  EXPECT_EQ(scan_whole(std::string(1, '\0'), {}).status, 400u);
}

TEST(HeadScanner, NamesAreTokensInLowerCase) {  // RFC 9110 5.1, GW-E15
  for (const std::string& name :
       {"A"s, "Accept-Language"s, "Sixteen-Letters-"s, "X_Under"s, "UPPER-CASE-12"s,
        "Upgrade-Insecure-Requests"s, "!#$%&'*+-.^_`|~"s, std::string(100, 'Q')}) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    EXPECT_THAT(fields_of(name + ": VALUE Of\r\nB:c\r\n"),
                ElementsAre(Pair(lower, "VALUE Of"), Pair("b", "c")));
  }
}

TEST(HeadScanner, EveryByteOfANameIsAToken) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == ':') continue;
    SCOPED_TRACE(byte);
    const auto c = static_cast<char>(byte);
    const bool token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                       (c >= 'A' && c <= 'Z') ||
                       kSymbols.find(c) != std::string_view::npos;
    for (const std::size_t before : {0U, 2U, 14U, 15U, 16U, 20U}) {
      const std::string name = std::string(before, 'a') + c + "bc";
      const Outcome outcome =
          scan_whole("GET / HTTP/1.1\r\n" + name + ": some value\r\n\r\n", {});
      EXPECT_EQ(outcome.status, token ? 0u : 400u);
    }
  }
}

TEST(HeadScanner, EveryByteOfAValueIsText) {  // RFC 9110 5.5
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const bool text = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    for (const std::size_t before : {1U, 13U, 15U, 16U, 17U, 40U}) {
      const std::string value =
          std::string(before, 'a') + static_cast<char>(byte) + "b";
      const Outcome outcome =
          scan_whole("GET / HTTP/1.1\r\nX: " + value + "\r\n\r\n", {});
      if (text) {
        EXPECT_THAT(outcome.fields, ElementsAre(Pair("x", value)));
      } else {
        EXPECT_EQ(outcome.status, 400u);
      }
    }
  }
}

TEST(HeadScanner, WhiteSpaceAroundAValueIsTaken) {  // RFC 9112 5.1
  for (const char* line : {"X:y", "X: y", "X:  y", "X:\ty", "X: y ", "X: y\t", "X:y ",
                           "X: \t y \t ", "X:\t\ty"}) {
    EXPECT_THAT(fields_of(line + "\r\nHost: a\r\n"s),
                ElementsAre(Pair("x", "y"), Pair("host", "a")));
  }
  for (const char* line : {"X:", "X: ", "X:  ", "X:\t", "X: \t "}) {
    EXPECT_THAT(fields_of(line + "\r\nHost: a\r\n"s),
                ElementsAre(Pair("x", ""), Pair("host", "a")));
  }
  EXPECT_THAT(fields_of("X: a  b\tc\r\n"), ElementsAre(Pair("x", "a  b\tc")));
}

TEST(HeadScanner, AroundAFramingValueOnlySpacesInFront) {  // request smuggling
  for (const std::string name : {"Content-Length", "Transfer-Encoding"}) {
    for (const char* around : {":5", ": 5", ":  5", ":"}) {
      EXPECT_EQ(fields_of(name + around + "\r\n").size(), 1u);
    }
    for (const char* around : {":\t5", ": \t5", ": 5 ", ":5\t", ":5 ", ":\t"}) {
      expect_bad_line(name + around);
    }
  }
  EXPECT_EQ(fields_of("Content-Type:\ta/b \r\n").size(), 1u) << "its twin";
}

TEST(HeadScanner, FieldIsNameColonValue) {
  for (const std::string& line : {"X-A b"s,
                                  "X"s,
                                  ": b"s,
                                  ":"s,
                                  "X : b"s,
                                  "X\t: b"s,
                                  "X A: b"s,
                                  "X\0: b"s,
                                  "X: a\0b"s,
                                  "X: a\rb"s,
                                  "X: a\vb"s,
                                  "X: a\fb"s,
                                  "X: a\x7f"s,
                                  "X\xc3\xa4: b"s,
                                  "X\r: b"s,
                                  "\"X\": b"s,
                                  "X(A): b"s,
                                  "{X}: b"s,
                                  "@: b"s,
                                  "X/Y: b"s,
                                  "\x80: b"s,
                                  "X; y"s,
                                  "X=y: b"s,
                                  "[X]: b"s,
                                  "Content-Length : 5"s,
                                  "Host a"s}) {
    expect_bad_line(line);
  }
}

TEST(HeadScanner, FoldedLinesAreRefused) {  // RFC 9112 5.2
  for (const char* line : {"X: a\r\n b", "X: a\r\n\tb", "X: a\r\n ", " X: a", "\tX: a",
                           "X:\r\n b: c", "X: a\r\n \r\n"}) {
    expect_bad_line(line);
  }
}

TEST(HeadScanner, EveryLineEndsInCrlf) {  // RFC 9112 2.2
  for (const char* head :
       {"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\n\r\n", "GET / HTTP/1.1\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n\r\n", "GET / HTTP/1.1\r\n\r\r\n",
        "GET / HTTP/1.1\r\nHost:\n a\r\n\r\n", "GET / HTTP/1.1\r\nHost\n: a\r\n\r\n",
        "GET /\n HTTP/1.1\r\n\r\n"}) {
    expect_refused(head, 400);
  }
}

HeadLimits limits_of(std::size_t line, std::size_t field, std::size_t fields,
                     std::size_t head) {
  return {line, field, fields, head};
}

TEST(HeadScanner, RequestLineIsBounded) {
  const HeadLimits limits = limits_of(64, 8190, 100, 32768);
  const std::string most = "/" + std::string(64 - 14, 'a');
  EXPECT_EQ(scan("GET " + most + " HTTP/1.1\r\n\r\n", limits).target, most);
  expect_refused("GET " + most + "a HTTP/1.1\r\n\r\n", 414, limits);
  expect_refused("GET " + most + "aa HTTP/1.1\r\n\r\n", 414, limits);
  expect_refused("GET /" + std::string(100, 'a'), 414, limits);
  expect_refused("GET /" + std::string(100, 'a') + "\x01", 414, limits);
}

TEST(HeadScanner, FieldLineIsBounded) {
  const HeadLimits limits = limits_of(8190, 64, 100, 32768);
  const std::string front = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::string most = "X-Name: " + std::string(56, 'v');
  EXPECT_EQ(scan(front + most + "\r\n\r\n", limits).fields.size(), 2u);
  expect_refused(front + most + "v\r\n\r\n", 431, limits);
  expect_refused(front + most + "vv\r\n\r\n", 431, limits);
  expect_refused(front + most + " \r\n\r\n", 431, limits);
  expect_refused(front + std::string(66, 'n'), 431, limits);
  expect_refused(front + std::string(70, 'n') + ": v\r\n\r\n", 431, limits);
  expect_refused(front + "X:" + std::string(80, '\t'), 431, limits);
}

TEST(HeadScanner, FieldsAreCounted) {
  const std::string front = "GET / HTTP/1.1\r\n";
  std::string three = "Host: a.b.c.example\r\nB: c\r\nD:e\r\n";
  EXPECT_EQ(scan(front + three + "\r\n", limits_of(99, 99, 3, 999)).fields.size(), 3u);
  expect_refused(front + three + "\r\n", 431, limits_of(99, 99, 2, 999));
  expect_refused(front + three + "\r\n", 431, limits_of(99, 99, 0, 999));
  std::string many;
  for (int i = 0; i < 128; ++i) many += "name: some value\r\n";
  EXPECT_EQ(
      scan_whole(front + many + "\r\n", limits_of(99, 99, 500, 9999)).fields.size(),
      128u);
  EXPECT_EQ(
      scan_whole(front + many + "x: y\r\n\r\n", limits_of(99, 99, 500, 9999)).status,
      431u)
      << "the table is full";
}

TEST(HeadScanner, HeadIsBounded) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a.example\r\nName: value\r\n\r\n";
  EXPECT_EQ(scan(head, limits_of(99, 99, 9, head.size())).size, head.size());
  EXPECT_EQ(scan("\r\n" + head, limits_of(99, 99, 9, head.size())).size,
            head.size() + 2);
  for (std::size_t size = 18; size < head.size(); ++size) {
    expect_refused(head, 431, limits_of(99, 99, 9, size));
  }
}

TEST(HeadScanner, NothingBehindTheHeadMatters) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& behind : {""s, "\0\r\n"s, "\n"s, std::string(40'000, 'x')}) {
    const Outcome outcome = scan_whole(head + behind, {});
    EXPECT_EQ(outcome.size, head.size());
    EXPECT_THAT(outcome.fields, ElementsAre(Pair("host", "a")));
  }
}

TEST(HeadScanner, OnlyNotableFieldsAreMarked) {
  std::string bytes =
      "GET / HTTP/1.1\r\nAccept: */*\r\nHost: a.example\r\nUser-Agent: some agent\r\n"
      "Connection: close\r\nX-Forwarded-Something-Long: x\r\nTE:trailers\r\n\r\n";
  std::array<Field, 8> table;
  RequestHead head;
  Rejection rejection;
  ASSERT_EQ(HeadScanner().scan(bytes, table, {}, head, rejection),
            HeadProgress::Complete);
  EXPECT_EQ(head.notable, 0b101010u);
}

TEST(HeadScanner, WhatDripsInIsNotReadAgain) {
  // A value of 64 KiB in single bytes: a scan from the start each time would be 2 G of
  // reads, and a test that ends in time says that it is not so.
  const HeadLimits limits = limits_of(99, 66'000, 9, 70'000);
  const std::string bytes =
      "GET / HTTP/1.1\r\nX: " + std::string(64 * 1024, 'v') + "\r\n\r\n";
  Feed feed(limits);
  Outcome outcome;
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    outcome = feed.feed(std::string_view(bytes).substr(0, size));
  }
  EXPECT_EQ(outcome.fields.size(), 1u);
}

}  // namespace
}  // namespace appserver::http
