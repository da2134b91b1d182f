#include "http/target.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace appserver::http {
namespace {

using namespace std::string_literals;

void expect_refused(std::string_view method, std::string_view target, unsigned status) {
  SCOPED_TRACE(testing::Message() << method << ' ' << target);
  const auto parsed = parse_target(method, target);
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(parsed.error().status, status);
  EXPECT_STRNE(parsed.error().why, "");
}

struct Case {
  std::string_view method, target, path, query, authority;
};

void expect_parts(const Case& c) {
  SCOPED_TRACE(testing::Message() << c.method << ' ' << c.target);
  const auto parsed = parse_target(c.method, c.target);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().why;
  EXPECT_EQ(parsed->path, c.path);
  EXPECT_EQ(parsed->query, c.query);
  EXPECT_EQ(parsed->authority, c.authority);
}

TEST(Target, OriginFormIsPathAndQuery) {
  expect_parts({"GET", "/", "/", "", ""});
  expect_parts({"GET", "/a/b", "/a/b", "", ""});
  expect_parts({"GET", "/a?", "/a", "", ""});
  expect_parts({"GET", "/a?b=c&d", "/a", "b=c&d", ""});
  expect_parts({"GET", "/a?b?c/d", "/a", "b?c/d", ""});
  expect_parts({"GET", "//host/a", "//host/a", "", ""});
  expect_parts({"GET", "/%41%2f?%3f%ff", "/%41%2f", "%3f%ff", ""});
  expect_parts({"GET", "/a:b@c,;=!$'()*+~_-.", "/a:b@c,;=!$'()*+~_-.", "", ""});
  expect_parts({"GET", "/http://x/", "/http://x/", "", ""});
}

TEST(Target, AbsoluteFormGivesItsAuthority) {
  expect_parts({"GET", "http://a.example/x?y", "/x", "y", "a.example"});
  expect_parts({"GET", "HTTPS://a:8443/", "/", "", "a:8443"});
  expect_parts({"GET", "http://[::1]:80/x", "/x", "", "[::1]:80"});
}

TEST(Target, AbsoluteFormWithoutPathIsTheRoot) {
  expect_parts({"GET", "http://a", "/", "", "a"});
  expect_parts({"GET", "http://a?q=/", "/", "q=/", "a"});
  expect_parts({"OPTIONS", "http://a?q", "/", "q", "a"});
  expect_parts({"OPTIONS", "http://a", "*", "", "a"});
  expect_parts({"OPTIONS", "http://a/", "/", "", "a"});
}

TEST(Target, PartsAreViewsIntoTheTarget) {
  for (const std::string& text : {"http://a"s, "http://a?q"s, "/x?y"s, "https://a"s}) {
    SCOPED_TRACE(text);
    const auto parsed = parse_target("GET", text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_GE(parsed->path.data(), text.data());
    EXPECT_LT(parsed->path.data(), text.data() + text.size());
  }
}

TEST(Target, AbsoluteFormWithoutAValidAuthorityIsRefused) {
  for (const char* target :
       {"http://", "http:///x", "http://?q", "http://user@host/", "http://a b/",
        "http://:80/", "http://a:99999/", "http://a:8x/", "http://[::1/", "http:/a",
        "http:a", "https:/a", "ftp://a/", "a", "a/b", "?q", "http//a", "httpx://a/"}) {
    expect_refused("GET", target, 400);
  }
}

TEST(Target, AsteriskIsForOptionsOnly) {
  expect_parts({"OPTIONS", "*", "*", "", ""});
  expect_refused("GET", "*", 400);
  expect_refused("OPTIONS", "*?q", 400);
  expect_refused("OPTIONS", "**", 400);
}

TEST(Target, ConnectIsRefused) {
  expect_refused("CONNECT", "a:443", 501);
  expect_refused("CONNECT", "/", 501);
  expect_parts({"CONNECTED", "/", "/", "", ""});
  expect_parts({"connect", "/", "/", "", ""});  // methods are case-sensitive
}

TEST(Target, EmptyTargetIsRefused) {
  expect_refused("GET", "", 400);
}

TEST(Target, EveryByteIsAllowedOrRefusedInPathAndQuery) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == '%' || byte == '?') continue;
    const std::string c(1, static_cast<char>(byte));
    const bool graphic = byte > 0x20 && byte < 0x7f && byte != '#';
    for (const std::string& target : {"/" + c, "/a" + c + "b", "/?" + c, "/a?b" + c}) {
      SCOPED_TRACE(testing::Message() << byte << " in " << target);
      const bool in_query = target[1] == '?' || target.find("?b") != std::string::npos;
      const bool allowed = graphic && (byte != '\\' || in_query);
      EXPECT_EQ(parse_target("GET", target).has_value(), allowed);
    }
  }
}

TEST(Target, AForbiddenByteIsFoundWhereverItIs) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string whole = "/" + std::string(size - 1, 'a');
    expect_parts({"GET", whole, whole, "", ""});
    for (std::size_t at = 1; at < size; ++at) {
      std::string bad = whole;
      bad[at] = '\x7f';
      expect_refused("GET", bad, 400);
      std::string split = whole;
      split[at] = '?';
      const std::string_view parts = split;
      expect_parts({"GET", split, parts.substr(0, at), parts.substr(at + 1), ""});
    }
  }
}

TEST(Target, InvalidEscapeIsRefused) {
  for (const char* target :
       {"/%", "/%4", "/%4g", "/%g4", "/%%41", "/%?41", "/% 41", "/%+1"}) {
    expect_refused("GET", target, 400);
  }
}

TEST(Target, PercentInAQueryIsTheAppsToRead) {
  for (const char* query : {"%", "%4", "q=100%", "b%zz", "%00"}) {
    const std::string target = std::string("/a?") + query;
    expect_parts({"GET", target.c_str(), "/a", query, ""});
  }
}

TEST(Target, EscapeDoesNotReachBehindTheEnd) {
  for (const std::string_view text : {"/%", "/%4", "a%", "a%4"}) {
    const std::vector<char> exact(text.begin(),
                                  text.end());  // so that ASan sees a byte more
    const std::string_view view(exact.data(), exact.size());
    expect_refused("GET", view, 400);
    EXPECT_FALSE(is_valid_authority(view));
  }
}

TEST(Target, DecodedNulIsRefused) {
  expect_refused("GET", "/%00", 400);
  expect_parts({"GET", "/%01%10%30", "/%01%10%30", "", ""});
}

TEST(Target, FragmentIsRefused) {
  expect_refused("GET", "/a#b", 400);
  expect_refused("GET", "http://a#b", 400);
}

TEST(DotSegment, IsASegmentOfOneOrTwoDots) {
  for (const std::string_view path : {"/.", "/..", "/./a", "/../a", "/a/.", "/a/..",
                                      "/a/./b", "/a/../b", "/.../../a"}) {
    EXPECT_TRUE(has_dot_segment(path)) << path;
  }
  for (const std::string_view path :
       {"", "*", "/", "/a", "/a.", "/.a", "/..a", "/a..", "/...", "/a/.b/c", "/a./b"}) {
    EXPECT_FALSE(has_dot_segment(path)) << path;
  }
}

TEST(DecodePath, GivesThePathItselfWithoutEscapes) {
  const std::string_view path = "/a/b+c";
  EXPECT_EQ(decode_path(path, {}).data(), path.data());
  EXPECT_EQ(decode_path("", {}), "");
}

TEST(DecodePath, DecodesOnce) {
  std::array<char, 32> arena{};
  for (const auto& [raw, decoded] : {std::pair{"/a%2Fb%20c", "/a/b c"},
                                     {"/%2541", "/%41"},
                                     {"/%c3%A4", "/\xc3\xa4"},
                                     {"/a+b%2B", "/a+b+"},
                                     {"/%41", "/A"},
                                     {"/%ff%01x", "/\xff\x01x"}}) {
    SCOPED_TRACE(raw);
    EXPECT_EQ(decode_path(raw, arena), decoded);
  }
}

TEST(Authority, HostAndPortAreAccepted) {
  for (const char* text :
       {"a", "a.example", "a.example:8000", "127.0.0.1", "127.0.0.1:80", "[::1]",
        "[::1]:8000", "[2001:db8::1.2.3.4]", "[v1.a:b]", "a_b", "a-b", "a%20b",
        "a:", "a:0", "a:65535", "xn--bcher-kva.example", "a!$&'()*+,;=~b", "[::]"}) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(is_valid_authority(text));
  }
}

TEST(Authority, AnythingElseIsRefused) {
  for (const std::string& text : {""s,
                                  ":"s,
                                  ":80"s,
                                  "a:b"s,
                                  "a:65536"s,
                                  "a:000080"s,
                                  "a:+80"s,
                                  "a:80:80"s,
                                  "::1"s,
                                  "user@a"s,
                                  "a/b"s,
                                  "a?b"s,
                                  "a#b"s,
                                  "a b"s,
                                  "a\tb"s,
                                  "a%"s,
                                  "a%2"s,
                                  "a%zz"s,
                                  "a%00"s,
                                  "a\\b"s,
                                  "a\"b"s,
                                  "a<b"s,
                                  "a^b"s,
                                  "a|b"s,
                                  "a`b"s,
                                  "a{b"s,
                                  "a\xc3\xa4"s,
                                  "a\0b"s,
                                  "a\x7f"s,
                                  "["s,
                                  "[]"s,
                                  "[::1"s,
                                  "[::1]x"s,
                                  "[::1]8000"s,
                                  "[::1]:x"s,
                                  "[::1%25eth0]"s,
                                  "[::1%eth0]"s,
                                  "[1.2.3.4]"s,
                                  "[a]"s,
                                  "[:::1]"s,
                                  "[1:2:3:4:5:6:7:8:9]"s,
                                  "[00001::]"s,
                                  "[::1\0]"s,
                                  "[v.a]"s,
                                  "[v1.]"s,
                                  "[vg.a]"s,
                                  "[v1]"s,
                                  "a[::1]"s,
                                  "[" + std::string(100, ':') + "]",
                                  "]"s,
                                  "a]"s}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(is_valid_authority(text));
  }
}

TEST(Authority, HostIsWithoutPortAndBrackets) {
  for (const auto& [authority, host] : {std::pair{"a.example:80", "a.example"},
                                        {"a", "a"},
                                        {"a:", "a"},
                                        {"[::1]:80", "::1"},
                                        {"[::1]", "::1"},
                                        {"", ""}}) {
    SCOPED_TRACE(authority);
    EXPECT_EQ(host_of(authority), host);
  }
}

}  // namespace
}  // namespace appserver::http
