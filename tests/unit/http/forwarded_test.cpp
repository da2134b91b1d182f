// Each field as a proxy writes it, and as somebody writes it who wants to be taken for
// another. Trusted here: 10.0.0.0/8 and ::1.
#include "http/forwarded.hpp"

#include <string>

#include <gtest/gtest.h>

#include "head_of.hpp"

namespace appserver::http {
namespace {

using Client = Forwarding::Client;

AddressSet trusted() {
  AddressSet set;
  EXPECT_TRUE(set.add("10.0.0.0/8"));
  EXPECT_TRUE(set.add("::1"));
  return set;
}

std::vector<Field> fields_of(const Pairs& pairs) {
  std::vector<Field> fields;
  for (const auto& [name, value] : pairs) fields.push_back({str(name), str(value)});
  return fields;
}

/// "client[:port] scheme host", "-" for what was not told, "?" for a client that nobody
/// can tell.
std::string meaning(const Pairs& pairs, const AddressSet& set = trusted()) {
  const auto fields = fields_of(pairs);
  const Forwarding told = read_forwarded(fields, set);
  std::string text = told.client == Client::Peer ? "-"
                     : told.client == Client::Unknown
                         ? "?"
                         : std::string(IpText(told.address).view());
  if (!told.port.empty()) text.append(":").append(told.port);
  text.append(" ").append(told.scheme.empty() ? "-" : told.scheme);
  text.append(" ").append(told.host.empty() ? "-" : told.host);
  return text;
}

struct Case {
  const char *value, *meaning;
};

TEST(XForwardedFor, EndsAtTheFirstAddressThatIsNotTrusted) {
  for (const Case& c : {
           Case{"203.0.113.9", "203.0.113.9 - -"},
           Case{"203.0.113.9, 10.0.0.1", "203.0.113.9 - -"},
           Case{"6.6.6.6, 203.0.113.9, 10.0.0.1,10.0.0.2", "203.0.113.9 - -"},
           Case{"6.6.6.6,203.0.113.9", "203.0.113.9 - -"},
           Case{"127.0.0.1, 203.0.113.9", "203.0.113.9 - -"},
           Case{"10.0.0.3, 10.0.0.2", "10.0.0.3 - -"},
           Case{"2001:DB8::9, ::1", "2001:db8::9 - -"},
           Case{"2001:db8::9, ::ffff:10.0.0.1", "2001:db8::9 - -"},
           Case{"::ffff:203.0.113.9", "203.0.113.9 - -"},
           Case{"203.0.113.9:4711", "203.0.113.9:4711 - -"},
           Case{"[2001:db8::9]:4711, 10.0.0.1:80", "2001:db8::9:4711 - -"},
           Case{"[2001:db8::9]", "2001:db8::9 - -"},
           Case{" , ,203.0.113.9,, 10.0.0.1 ,", "203.0.113.9 - -"},
           Case{"", "- - -"},
           Case{" , ", "- - -"},
       }) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(meaning({{"x-forwarded-for", c.value}}), c.meaning);
  }
}

TEST(XForwardedFor, WhatAClientSaidToTheLeftIsNotLookedAt) {
  for (const char* junk : {"garbage", "\"", "6.6.6.6:0", "unknown", "for=6.6.6.6",
                           "10.0.0.9 6.6.6.6", "[", "\\", ";"}) {
    SCOPED_TRACE(junk);
    const std::string value = std::string(junk) + ", 203.0.113.9, 10.0.0.1";
    EXPECT_EQ(meaning({{"x-forwarded-for", value}}), "203.0.113.9 - -");
  }
}

TEST(XForwardedFor, WhatMustBeBelievedAndCannotBeReadMakesTheClientUnknown) {
  for (const char* value : {"garbage",
                            "unknown",
                            "_hidden",
                            "unix:",
                            "203.0.113.9:",
                            "203.0.113.9:0",
                            "203.0.113.9:080",
                            "203.0.113.9:65536",
                            "203.0.113.9 x",
                            "203.0.113.9\t",
                            "1.2.3",
                            "01.2.3.4",
                            "\"203.0.113.9\"",
                            "[203.0.113.9]",
                            "[::1",
                            "::1]",
                            "fe80::1%eth0",
                            "2001:db8::9 :80",
                            "[2001:db8::9]80",
                            "203.0.113.9;x",
                            "x, 10.0.0.1",
                            "203.0.113.9\", 10.0.0.1"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(meaning({{"x-forwarded-for", value}}), "? - -");
  }
}

TEST(XForwardedFor, SeveralFieldsAreOneList) {
  EXPECT_EQ(meaning({{"x-forwarded-for", "6.6.6.6, 203.0.113.9"},
                     {"accept", "x"},
                     {"x-forwarded-for", "10.0.0.1"},
                     {"x-forwarded-for", ""}}),
            "203.0.113.9 - -");
  EXPECT_EQ(
      meaning({{"x-forwarded-for", "6.6.6.6"}, {"x-forwarded-for", "203.0.113.9"}}),
      "203.0.113.9 - -");
}

TEST(XForwardedFor, WhenEverybodyIsTrustedTheLeftmostIsTheClient) {
  AddressSet all;
  ASSERT_TRUE(all.add("*"));
  EXPECT_EQ(meaning({{"x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.0.0.1"}}, all),
            "6.6.6.6 - -");
  EXPECT_EQ(meaning({{"x-forwarded-for", "203.0.113.9"}}, AddressSet{}),
            "203.0.113.9 - -");
}

TEST(XForwardedFor, IsFollowedForABoundedNumberOfHops) {
  std::string list = "203.0.113.9";
  for (unsigned i = 1; i < kMostHops; ++i) list += ",10.0.0.1";
  EXPECT_EQ(meaning({{"x-forwarded-for", list}}), "203.0.113.9 - -");
  EXPECT_EQ(meaning({{"x-forwarded-for", list + ",10.0.0.1"}}), "? - -");
}

TEST(XForwardedProto, IsHttpOrHttps) {
  for (const Case& c :
       {Case{"https", "- https -"}, Case{"HTTP", "- http -"}, Case{"wss", "- - -"},
        Case{"on", "- - -"}, Case{"https;", "- - -"}, Case{"\"https\"", "- - -"},
        Case{"http://", "- - -"}, Case{"", "- - -"}, Case{"http, https", "- https -"},
        Case{"https, x", "- - -"}, Case{"https, ", "- https -"}}) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(meaning({{"x-forwarded-proto", c.value}}), c.meaning);
  }
}

TEST(XForwardedHost, IsAHostWithOrWithoutPort) {
  for (const Case& c :
       {Case{"example.org", "- - example.org"},
        Case{"example.org:8443", "- - example.org:8443"},
        Case{"[2001:db8::1]:8443", "- - [2001:db8::1]:8443"}, Case{"a b", "- - -"},
        Case{"a/b", "- - -"}, Case{"user@a", "- - -"}, Case{"a:b", "- - -"},
        Case{"", "- - -"}, Case{"evil, example.org", "- - example.org"}}) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(meaning({{"x-forwarded-host", c.value}}), c.meaning);
  }
}

TEST(XForwarded, SchemeAndHostAreReadWhereTheClientWasNamed) {
  const auto with = [](const char* hops, const char* protos) {
    return meaning({{"x-forwarded-for", hops}, {"x-forwarded-proto", protos}});
  };
  EXPECT_EQ(with("203.0.113.9, 10.0.0.1", "https, http"), "203.0.113.9 https -");
  EXPECT_EQ(with("203.0.113.9", "https, http"), "203.0.113.9 http -");
  EXPECT_EQ(with("203.0.113.9, 10.0.0.1", "https"), "203.0.113.9 https -");
  EXPECT_EQ(with("6.6.6.6, 203.0.113.9, 10.0.0.1", "x, https, http"),
            "203.0.113.9 https -");
  EXPECT_EQ(with("unknown", "https"), "? https -");
  EXPECT_EQ(meaning({{"x-forwarded-for", "203.0.113.9, 10.0.0.1"},
                     {"x-forwarded-host", "a.example, b.example"}}),
            "203.0.113.9 - a.example");
}

TEST(Forwarded, IsReadAsRfc7239Says) {
  for (const Case& c : {
           Case{"for=203.0.113.9", "203.0.113.9 - -"},
           Case{"For=203.0.113.9;PROTO=https;Host=example.org;by=10.0.0.2",
                "203.0.113.9 https example.org"},
           Case{"for=\"203.0.113.9:4711\"", "203.0.113.9:4711 - -"},
           Case{"for=\"203.0.113.9:_port\"", "203.0.113.9 - -"},
           Case{"for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17:4711 - -"},
           Case{"for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17 - -"},
           Case{"for=unknown", "? - -"},
           Case{"for=_gazonk", "? - -"},
           Case{"for=\"_mdn:_x\"", "? - -"},
           Case{"for=\"unknown:80\"", "? - -"},
           Case{"proto=https", "- https -"},
           Case{"host=\"example.org:8443\"", "- - example.org:8443"},
           Case{"for=6.6.6.6;proto=http, for=203.0.113.9;proto=https, for=10.0.0.1",
                "203.0.113.9 https -"},
           Case{"for=203.0.113.9;proto=https, for=10.0.0.1;proto=http",
                "203.0.113.9 https -"},
           Case{"for=10.0.0.3;proto=https, for=10.0.0.1", "10.0.0.3 https -"},
           Case{"for=203.0.113.9 ; proto=https;", "203.0.113.9 https -"},
           Case{";for=203.0.113.9;;x=\"a, b; c\"", "203.0.113.9 - -"},
           Case{"for=203.0.113.9;secret=\"_sec,ret\", for=10.0.0.1", "203.0.113.9 - -"},
           Case{"for=203.0.113.9;proto=gopher;host=\"a b\"", "203.0.113.9 - -"},
           Case{"for=6.6.6.6;proto=https, proto=http", "- http -"},
           Case{"proto=https, for=10.0.0.1;proto=http", "10.0.0.1 https -"},
           Case{"", "- - -"},
           Case{", ,", "- - -"},
       }) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(meaning({{"forwarded", c.value}}), c.meaning);
  }
}

TEST(Forwarded, AnElementThatCannotBeReadTellsNothing) {
  for (const char* value : {"203.0.113.9",
                            "for",
                            "for=",
                            "for=203.0.113.9:80",
                            "for=[::1]",
                            "for=2001:db8::9",
                            "for=\"203.0.113.9",
                            "for=203.0.113.9\"",
                            "for=203.0.113.9;for=203.0.113.9;proto=https",
                            "proto=https;Proto=https",
                            "for = 203.0.113.9",
                            "for= 203.0.113.9",
                            "=203.0.113.9",
                            "for=203.0.113.9 proto=https",
                            "for=203.0.113.9\t;proto=https",
                            "for=\"203.0.113.9\"x;proto=https",
                            "for=\"203.0.113.\\9\";proto=https",
                            "for=203.0.113.9;x=\"\\\"\";proto=https",
                            "for=203.0.113.9;proto=ht\"tps\"",
                            "x, for=10.0.0.1;proto=https"}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(meaning({{"forwarded", value}}), "? - -");
  }
}

TEST(Forwarded, ANodeThatCannotBeReadMakesTheClientUnknown) {
  for (const char* node : {"203.0.113", "\"[203.0.113.9]\"", "\"[::1\"", "\"::1\"",
                           "\"\"", "\"203.0.113.9:0\"", "\"203.0.113.9:99999\"",
                           "nobody", "\"203.0.113.9 \"", "\"203.0.113.9:_\""}) {
    SCOPED_TRACE(node);
    EXPECT_EQ(meaning({{"forwarded", std::string("proto=https;for=") + node}}),
              "? https -");
  }
}

TEST(Forwarded, AnOpenQuoteOnTheLeftSwallowsNothing) {
  for (const char* junk : {"for=\"", "for=\"x\\\"", "\"", "host=\"a\\",
                           "for=6.6.6.6;x=\"", "for=\"6.6.6.6\";x=\""}) {
    SCOPED_TRACE(junk);
    EXPECT_EQ(meaning({{"forwarded",
                        std::string(junk) + ", for=\"[2001:db8::9]\";proto=https"}}),
              "2001:db8::9 https -");
  }
}

TEST(Forwarded, EscapedQuotesHideNoElement) {
  // A proxy that escapes what a client chose: the client must not be read out of it.
  for (const char* chosen :
       {"a\\\", for=6.6.6.6", "a\\\", for=6.6.6.6;y=\\\"b", "\\\", for=6.6.6.6, \\\"",
        "\\\\\\\", for=6.6.6.6;y=\\\""}) {
    SCOPED_TRACE(chosen);
    const std::string text = meaning(
        {{"forwarded", "for=203.0.113.9;host=\"" + std::string(chosen) + "\""}});
    EXPECT_EQ(text, "? - -");
  }
}

TEST(Forwarded, SeveralFieldsAreOneList) {
  EXPECT_EQ(meaning({{"forwarded", "for=6.6.6.6, for=203.0.113.9;proto=https"},
                     {"forwarded", "for=10.0.0.1"}}),
            "203.0.113.9 https -");
  // An element does not go on in the next field.
  EXPECT_EQ(meaning({{"forwarded", "for=6.6.6.6;x=\"a"}, {"forwarded", "b\""}}),
            "? - -");
}

TEST(ForwardedAndXForwarded, OnlyWhatBothSayIsBelieved) {
  struct Both {
    const char *forwarded, *hops, *proto, *host, *meaning;
  };

  for (const Both& c : {
           Both{"for=203.0.113.9;proto=https;host=A.example", "203.0.113.9", "https",
                "a.example", "203.0.113.9 https A.example"},
           Both{"for=203.0.113.9", "6.6.6.6", "", "", "? - -"},
           Both{"for=6.6.6.6;proto=https;host=evil", "203.0.113.9", "", "", "? - -"},
           Both{"for=203.0.113.9;proto=https;host=evil", "203.0.113.9", "", "",
                "203.0.113.9 - -"},
           Both{"for=203.0.113.9;proto=https", "203.0.113.9", "http", "",
                "203.0.113.9 - -"},
           Both{"for=203.0.113.9;host=a", "203.0.113.9", "https", "b",
                "203.0.113.9 - -"},
           Both{"for=unknown", "203.0.113.9", "", "", "? - -"},
           Both{"for=unknown;proto=https", "unknown", "https", "", "? https -"},
           Both{"garbage", "203.0.113.9", "https", "", "? - -"},
           Both{"for=\"203.0.113.9:1\"", "203.0.113.9:2", "", "", "203.0.113.9 - -"},
           Both{"proto=https", "203.0.113.9", "https", "", "? https -"},
           Both{"proto=https", "", "https", "", "- https -"},
           Both{"for=\"[2001:DB8::9]\"", "2001:db8:0::9", "", "", "2001:db8::9 - -"},
           Both{"", "203.0.113.9", "https", "a", "203.0.113.9 https a"},
       }) {
    SCOPED_TRACE(std::string(c.forwarded) + " / " + c.hops);
    EXPECT_EQ(meaning({{"forwarded", c.forwarded},
                       {"x-forwarded-for", c.hops},
                       {"x-forwarded-proto", c.proto},
                       {"x-forwarded-host", c.host}}),
              c.meaning);
  }
}

TEST(Forwarded, FieldsOfOtherNamesMeanNothing) {
  const Pairs others = {
      {"x-forwarded", "for=6.6.6.6"},   {"x_forwarded_for", "6.6.6.6"},
      {"x-forwarded-by", "6.6.6.6"},    {"x-real-ip", "6.6.6.6"},
      {"client-ip", "6.6.6.6"},         {"forwarded-for", "6.6.6.6"},
      {"x-forwarded-scheme", "https"},  {"front-end-https", "on"},
      {"x-forwarded-port", "443"},      {"true-client-ip", "6.6.6.6"},
      {"x-forwarded-ssl", "on"},        {"via", "1.1 a"},
      {"x-forwarded-for-x", "6.6.6.6"}, {"fastly-client-ip", "6.6.6.6"}};
  EXPECT_EQ(meaning(others), "- - -");
}

TEST(TellsOrigin, IsSaidOfARequestWithAnyOfTheseFields) {
  for (const char* name : {"forwarded", "x-forwarded-for", "x-forwarded-proto",
                           "x-forwarded-host", "x-request-id"}) {
    SCOPED_TRACE(name);
    const auto judged = HeadOf({{"host", "a"}, {name, ""}}).judge();
    ASSERT_TRUE(judged);
    EXPECT_TRUE(judged->tells_origin);
    EXPECT_EQ(judged->field_count, 2U);
  }
  for (const char* name : {"x-forwarded-by", "x-forwarded-port", "x-real-ip", "via"}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(HeadOf({{"host", "a"}, {name, ""}}).judge()->tells_origin);
  }
}

TEST(TellsOrigin, NoConnectionFieldTakesAProxysWordAway) {
  for (const char* name : {"forwarded", "X-Forwarded-For", "x-forwarded-proto",
                           "x-forwarded-host", "X-Request-Id"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", name}}), 400U);
  }
  EXPECT_EQ(refusal_of({{"host", "a"}, {"connection", "x-real-ip"}}), 0U);
}

TEST(RequestId, IsTakenWhenItIsOneModestWord) {
  const auto taken = [](const Pairs& pairs) {
    const auto fields = fields_of(pairs);
    return std::string(request_id_in(fields));
  };
  const std::string longest(128, 'a');
  for (const std::string& id : {std::string("a"), std::string("Az09._-"), longest}) {
    EXPECT_EQ(taken({{"accept", "x"}, {"x-request-id", id}}), id);
  }
  for (const std::string& id :
       {std::string(), longest + "a", std::string("a b"), std::string("a,b"),
        std::string("a\tb"), std::string("a\"b"), std::string("\xc3\xa4"),
        std::string("a/b"), std::string("a:b")}) {
    SCOPED_TRACE(id);
    EXPECT_EQ(taken({{"x-request-id", id}}), "");
  }
  EXPECT_EQ(taken({{"x-request-id", "a"}, {"x-request-id", "a"}}), "");
  EXPECT_EQ(taken({{"request-id", "a"}, {"x-correlation-id", "a"}}), "");
}

}  // namespace
}  // namespace appserver::http
