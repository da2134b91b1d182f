// Which answers' heads are taken and how they leave (rules S).
#include "recorded.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

using std::string_literals::operator""s;

TEST(Conformance, GwS2StatusIsFrom200To599) {
  const auto server = serve("injects_newline");
  for (const char* status :
       {"0", "99", "100", "101", "199", "600", "999", "4294967295"}) {
    const Response response = get(server.port(), "/?" + std::string(status));
    EXPECT_EQ(response.status, 200) << status;
    EXPECT_EQ(response.body, "refused -2") << status;  // GW_E_INVALID
  }
  for (const int status : {200, 299, 404, 418, 500, 599}) {
    EXPECT_EQ(get(server.port(), "/?" + std::to_string(status)).status, status);
  }
}

TEST(Conformance, GwS4FieldNamesAreTokens) {
  const auto server = serve("injects_newline");
  for (const std::string& name : {"x y"s, "x\ty"s, "x:y"s, ":x"s, "x\0"s, "x\r"s,
                                  "x\n"s, "x(y"s, "x@y"s, "\xc3\xa4"s, ""s}) {
    EXPECT_EQ(post(server.port(), "/", name + "=v").body, "refused -9") << name;
  }
  for (const std::string name : {"x", "X-Upper", "1x", "x-", "x_", "!#$%&'*+-.^_`|~"}) {
    const Response response = post(server.port(), "/", name + "=v");
    EXPECT_EQ(response.body, "taken") << name;
    EXPECT_EQ(response.field(name), "v") << name;
  }
}

TEST(Conformance, GwS5UpperCaseNamesAreTaken) {
  const auto server = serve("injects_newline");
  EXPECT_EQ(post(server.port(), "/", "X-UPPER=v").field("x-upper"), "v");
}

TEST(Conformance, GwS6FieldValuesHaveNoControlBytes) {
  const auto server = serve("injects_newline");
  for (const std::string& value : {"a\r\nx: y"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x01"s,
                                   "a\x1f"s, "a\x7f"s, "\x0b"s}) {
    EXPECT_EQ(post(server.port(), "/", "x-v=" + value).body, "refused -9");
  }
  for (const std::string& value : {"a\tb"s, "\x80\xff"s, ""s, "a b"s}) {
    const Response response = post(server.port(), "/", "x-v=" + value);
    EXPECT_EQ(response.body, "taken");
    EXPECT_EQ(response.field("x-v"), value);
  }
}

TEST(Conformance, GwS7ThereIsNoStatusField) {
  const auto server = serve("injects_newline");
  for (const std::string name : {"status", "Status"}) {
    EXPECT_EQ(post(server.port(), "/", name + "=200 OK").body, "refused -9") << name;
  }
}

TEST(Conformance, GwS8NoFieldIsForTheServerAlone) {
  const auto server = serve("injects_newline");
  for (const std::string name : {"rack.hijack", "x-sendfile", "x-accel-redirect",
                                 "x-accel-buffering", "gw.anything"}) {
    const Response response = post(server.port(), "/", name + "=/etc/hostname");
    EXPECT_EQ(response.body, "taken") << name;
    EXPECT_EQ(response.field(name), "/etc/hostname") << name;
  }
}

TEST(Conformance, GwS9HopByHopFieldsAreRefused) {
  const auto server = serve("injects_newline");
  for (const std::string name : {"connection", "Keep-Alive", "proxy-connection",
                                 "Transfer-Encoding", "te", "Trailer", "upgrade"}) {
    const Response response = post(server.port(), "/", name + "=close");
    EXPECT_EQ(response.body, "refused -9") << name;
    EXPECT_TRUE(response.complete);
  }
}

TEST(Conformance, GwS10HeadIsCheckedWhileTheAppRuns) {
  const auto server = serve("injects_newline");
  EXPECT_EQ(post(server.port(), "/", "bad name=v").body, "refused -9");
  EXPECT_EQ(post(server.port(), "/", "content-length=five").body, "refused -9");
}

TEST(Conformance, GwS11ServerAddsWhatHttpRequires) {
  const auto server = serve("injects_newline");
  const Response response = post(server.port(), "/", "x-a=b");
  EXPECT_EQ(response.count("date"), 1U);
  EXPECT_EQ(response.field("server"), "appserver");
  EXPECT_EQ(response.count("content-length") + response.count("transfer-encoding"), 1U);
  // The app's own are not doubled.
  const Response own_server = post(server.port(), "/", "server=mine");
  EXPECT_EQ(own_server.count("server"), 1U);
  const Response own_date =
      post(server.port(), "/", "date=Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(own_date.count("date"), 1U);
}

TEST(Conformance, GwS13ThereIsNoLengthInA204) {
  const auto server = serve("injects_newline");
  const Response refused = post(server.port(), "/?204", "content-length=5");
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(refused.body, "refused -9");
  EXPECT_EQ(post(server.port(), "/?204", "x-a=5").status, 204);
}

TEST(Conformance, GwS14FieldsOfOneNameAreSentApartInOrder) {
  const auto server = serve("many_fields");
  const Response response = get(server.port(), "/");
  std::string seen;
  for (const auto& [name, value] : response.fields) {
    if (name == "set-cookie" || name == "x-between") seen += name + "=" + value + ";";
  }
  EXPECT_EQ(seen, "set-cookie=a=1;x-between=x;set-cookie=b=2;set-cookie=a=3;");
}

TEST(Conformance, GwS15HeadStaysUntilTheFirstBodyBytes) {
  Gate gate;
  const auto server = serve("flush_head");
  RawClient client(server.port());
  client.send(request("GET /later?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  EXPECT_FALSE(client.has_news());
  visit.release();
  EXPECT_EQ(client.read_response().body, "body");
}

TEST(Conformance, GwS15FlushSendsTheHeadAlone) {
  Gate gate;
  const auto server = serve("flush_head");
  RawClient client(server.port());
  client.send(request("GET /now?" + gate.path() + " HTTP/1.1"));
  Visit visit = gate.next();
  EXPECT_TRUE(client.peek(15).starts_with("HTTP/1.1 200 OK"));
  visit.release();
  EXPECT_EQ(client.read_response().body, "body");
}

TEST(Conformance, GwS16SecondStartResponseIsAnError) {
  for (const std::string& kind : kKinds) {
    SCOPED_TRACE(kind);
    const auto server = serve("answers_twice", kind);
    EXPECT_EQ(get(server.port(), "/").body, "from the first");
    EXPECT_EQ(get(server.port(), "/code").body, "-3");  // GW_E_STATE
  }
}

TEST(Conformance, GwS16ARefusedFirstHeadCountsAsACall) {
  const auto server = serve("answers_twice");
  const Response response = get(server.port(), "/after-refused");
  EXPECT_EQ(get(server.port(), "/code").body, "-3");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "replaced");
}

TEST(Conformance, GwS17ReplaceTakesThePlaceOfAnUnsentHead) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("answers_twice", kind);
    const Response response = get(server.port(), "/replace");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body, "replaced");
    EXPECT_FALSE(response.has("x-old"));
  }
}

TEST(Conformance, GwS18ReplaceAfterBytesIsTooLateAndAborts) {
  for (const std::string& kind : kKinds) {
    const auto server = serve("answers_twice", kind);
    const Response response = get(server.port(), "/too-late");
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.complete);
    EXPECT_EQ(get(server.port(), "/code").body, "-4");  // GW_E_SENT
  }
}

TEST(Conformance, GwS19AllHeadMemoryIsCopied) {
  // The app overwrites its strings as soon as start_response has returned.
  const auto server = serve("injects_newline");
  const Response response = post(server.port(), "/", "x-copied=the value");
  EXPECT_EQ(response.field("x-copied"), "the value");
}

TEST(Conformance, GwS22PseudoFieldsAreRefused) {
  const auto server = serve("injects_newline");
  EXPECT_EQ(post(server.port(), "/", ":status=200").body, "refused -9");
}

TEST(Conformance, GwS20StartResponseGivesTheWriter) {
  const auto server = serve("answers_twice");
  EXPECT_EQ(get(server.port(), "/after-end").body, "whole");
}

}  // namespace
}  // namespace appserver::testing
