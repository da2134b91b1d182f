// What an app is told of its request (rules E): members, fields, absence.
#include <gateway/gateway.h>

#include "recorded.hpp"

namespace appserver::testing {
namespace {

TEST(Conformance, GwE1RequestMethodIsAlwaysThere) {
  const auto server = serve("recorder");
  for (const std::string method : {"GET", "POST", "DELETE", "OPTIONS"}) {
    EXPECT_EQ(record(server, request(method + " / HTTP/1.1"))["request_method"],
              "=" + method);
  }
}

TEST(Conformance, GwE2UnknownMethodsReachTheAppAndNonTokensDoNot) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("FOO / HTTP/1.1"))["request_method"], "=FOO");
  EXPECT_EQ(record(server, request("foo!#$ / HTTP/1.1"))["request_method"], "=foo!#$");
  EXPECT_EQ(status_of(server, request("F(O / HTTP/1.1")), 400);
}

TEST(Conformance, GwE9ServerNameAndPortAreAlwaysThere) {
  const auto server = serve("recorder", "app", {"--server-name", "fallback.example"});
  const std::string port = "=" + std::to_string(server.port());
  const Recorded named =
      record(server, "GET / HTTP/1.1\r\nHost: shop.example:81\r\n\r\n");
  EXPECT_EQ(named["server_name"], "=shop.example");
  EXPECT_EQ(named["server_port"], port);
  EXPECT_EQ(record(server, "GET / HTTP/1.0\r\n\r\n")["server_name"],
            "=fallback.example");
  EXPECT_EQ(record(server, "GET / HTTP/1.0\r\nHost:\r\n\r\n")["server_name"],
            "=fallback.example");
}

TEST(Conformance, GwE9ServerNameWithoutHostOrSettingIsTheAddress) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, "GET / HTTP/1.0\r\n\r\n")["server_name"], "=127.0.0.1");
}

TEST(Conformance, GwE9OnAUnixSocketTheNameIsTheConfiguredOneAndThePortIsZero) {
  const TempFolder folder;
  const auto server =
      serve("recorder", "app",
            {"--server-name", "unix.example", "-b", "unix:" + (folder / "s")});
  RawClient client = RawClient::to_unix_socket(folder / "s");
  client.send("GET / HTTP/1.0\r\n\r\n");
  const Recorded recorded = parse_record(client.read_response().body);
  EXPECT_EQ(recorded["server_name"], "=unix.example");
  EXPECT_EQ(recorded["server_port"], "=0");
}

TEST(Conformance, GwE10MalformedHostsAreRefused) {
  const auto server = serve("recorder");
  for (const std::string host : {"a b", "a/b", "a:b", "u@a", "[::1", "a, b"}) {
    EXPECT_EQ(status_of(server, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"), 400)
        << host;
  }
  EXPECT_EQ(record(server, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")["server_name"],
            "=::1");
}

TEST(Conformance, GwE11ServerProtocolIsThatOfTheRequest) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["server_protocol"], "=HTTP/1.1");
  EXPECT_EQ(record(server, request("GET / HTTP/1.0"))["server_protocol"], "=HTTP/1.0");
}

TEST(Conformance, GwE12UrlSchemeIsThatOfTheLastHop) {
  const auto told = request("GET / HTTP/1.1", "X-Forwarded-Proto: https\r\n");
  const auto server = serve("recorder");  // we are on its machine, and so trusted
  EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["url_scheme"], "=http");
  EXPECT_EQ(record(server, told)["url_scheme"], "=https");
  const auto wary = serve("recorder", "app", {"--forwarded-allow-ips", "10.0.0.1"});
  EXPECT_EQ(record(wary, told)["url_scheme"], "=http");
}

TEST(Conformance, GwE13ContentLengthIsANumber) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["content_length"], "=0");
  EXPECT_EQ(record(server, request("POST / HTTP/1.1",
                                   "Content-Length: 0\r\n"))["content_length"],
            "=0");
  EXPECT_EQ(record(server, request("POST / HTTP/1.1", "Content-Length: 3\r\n") +
                               "abc")["content_length"],
            "=3");
  EXPECT_EQ(record(server, request("POST / HTTP/1.1", "Content-Length: 3, 3\r\n") +
                               "abc")["content_length"],
            "=3");
  for (const std::string length :
       {"5, 6", "+5", "-1", "5a", "", "18446744073709551616"}) {
    const int status = status_of(
        server, request("POST / HTTP/1.1", "Content-Length: " + length + "\r\n"));
    EXPECT_TRUE(status == 400 || status == 413) << length;
  }
}

TEST(Conformance, GwE14ContentTypeHasItsOwnMember) {
  const auto server = serve("recorder");
  const Recorded recorded = record(
      server, request("GET / HTTP/1.1", "Content-Type: text/x; charset=utf-8\r\n"));
  EXPECT_EQ(recorded["content_type"], "=text/x; charset=utf-8");
}

TEST(Conformance, GwE15FieldsAreThereIfTheyWereSent) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nAccept: */*\r\n\r\n");
  const std::vector<std::pair<std::string, std::string>> sent = {
      {"host", "a"}, {"x-one", "1"}, {"accept", "*/*"}};
  EXPECT_EQ(recorded.fields, sent);
}

TEST(Conformance, GwE16FieldsOfOneNameStayApart) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server, request("GET / HTTP/1.1",
                             "X-A: 1\r\nCookie: a=1\r\nX-A: 2, 3\r\nCookie: b=2\r\n"));
  EXPECT_EQ(recorded.field("x-a"), "1|2, 3");
  EXPECT_EQ(recorded.field("cookie"), "a=1|b=2");
}

TEST(Conformance, GwE17OrderOfFieldsIsKept) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server,
             "GET / HTTP/1.1\r\nZ: 1\r\nConnection: x-gone\r\nHost: a\r\nX-Gone: 1\r\n"
             "B: 2\r\nA: 3\r\nZ: 4\r\n\r\n");
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"z", "1"}, {"host", "a"}, {"b", "2"}, {"a", "3"}, {"z", "4"}};
  EXPECT_EQ(recorded.fields, expected);
}

TEST(Conformance, GwE18FieldNamesAreLowerCase) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1", "X-MIXED-Case: Value\r\n"))
                .field("x-mixed-case"),
            "Value");
}

TEST(Conformance, GwE19ValuesAreBytesUnchanged) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server, request("GET / HTTP/1.1", "X-Bytes: \x80\xc3\xa4\xff\tb\r\n"));
  EXPECT_EQ(recorded.field("x-bytes"), "\\x80\\xc3\\xa4\\xff\\x09b");
  for (const char byte : {'\0', '\r', '\x01', '\x7f'}) {
    EXPECT_EQ(status_of(server, request("GET / HTTP/1.1",
                                        std::string("X-Bytes: a") + byte + "b\r\n")),
              400)
        << static_cast<int>(byte);
  }
}

TEST(Conformance, GwE20AbsentIsNotEmpty) {
  const auto server = serve("recorder");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["content_type"], "absent");
  EXPECT_EQ(
      record(server, request("GET / HTTP/1.1", "Content-Type:\r\n"))["content_type"],
      "=");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1", "X-Empty:\r\n")).field("x-empty"),
            "");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1")).field("x-empty"), "none");
}

TEST(Conformance, GwE24HopByHopFieldsAreRemoved) {
  const auto server = serve("recorder");
  const Recorded recorded = record(
      server,
      request("POST /read HTTP/1.1",
              "Connection: x-listed, keep-alive\r\nX-Listed: 1\r\nKeep-Alive: 5\r\n"
              "Proxy-Connection: keep-alive\r\nTE: trailers\r\nTrailer: X-T\r\n"
              "Transfer-Encoding: chunked\r\nUpgrade: h2c\r\nProxy: evil\r\n"
              "X-Stays: 1\r\n") +
          "2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n");
  for (const char* name : {"connection", "x-listed", "keep-alive", "proxy-connection",
                           "te", "trailer", "transfer-encoding", "upgrade", "proxy"}) {
    EXPECT_EQ(recorded.field(name), "none") << name;
  }
  EXPECT_EQ(recorded.field("x-stays"), "1");
  EXPECT_EQ(recorded["body"], "=hi");
}

TEST(Conformance, GwE24ConnectionCannotTakeFramingAway) {
  const auto server = serve("recorder");
  const std::string bytes =
      request("POST /read HTTP/1.1",
              "Connection: content-length, host\r\nContent-Length: 2\r\n") +
      "hi";
  RawClient client(server.port());
  client.send(bytes);
  const Response response = client.read_response();
  // Refused, or served by its real length; never taken for a request without a body.
  if (response.status == 200) {
    EXPECT_EQ(parse_record(response.body)["body"], "=hi");
  } else {
    EXPECT_EQ(response.status, 400);
  }
}

TEST(Conformance, GwE25UnderscoreAndHyphenStayDifferentNames) {
  const auto server = serve("recorder");
  const Recorded recorded =
      record(server, request("GET / HTTP/1.1", "X_User: spoofed\r\nX-User: real\r\n"));
  EXPECT_EQ(recorded.field("x-user"), "real");
  EXPECT_EQ(recorded.field("x_user"), "spoofed");
}

TEST(Conformance, GwE26RemoteAddressIsThePeersOrAbsent) {
  const TempFolder folder;
  const auto server = serve("recorder", "app", {"-b", "unix:" + (folder / "s")});
  const Recorded tcp = record(server, request("GET / HTTP/1.1"));
  EXPECT_EQ(tcp["remote_addr"], "=127.0.0.1");
  EXPECT_TRUE(matches(tcp["remote_port"], "=[1-9][0-9]*"));
  RawClient client = RawClient::to_unix_socket(folder / "s");
  client.send(request("GET / HTTP/1.1"));
  const Recorded unix_socket = parse_record(client.read_response().body);
  EXPECT_EQ(unix_socket["remote_addr"], "absent");
  EXPECT_EQ(unix_socket["remote_port"], "absent");
}

TEST(Conformance, GwC7FlagsAreTrue) {
  struct Case {
    const char *callable, *flags;
    std::vector<std::string> words;
  };

  for (const Case& c : {Case{"app", "=0", {"-w", "1"}}, Case{"app", "=2", {"-w", "2"}},
                        Case{"blocking", "=1", {"-w", "1", "--threads", "2"}},
                        Case{"blocking", "=3", {"-w", "2", "--threads", "2"}},
                        Case{"blocking", "=0", {"-w", "1", "--threads", "1"}},
                        Case{"serial", "=0", {"-w", "1", "--threads", "2"}},
                        Case{"app", "=0", {"--single-process"}}}) {
    std::vector<std::string> words = c.words;
    words.push_back(test_app("recorder", c.callable));
    const ServerProcess server(words);
    EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["flags"], c.flags)
        << c.callable << " " << c.words.back();
  }
}

TEST(Conformance, EveryRequestHasAnIdAndADeadline) {
  const auto server = serve("recorder");
  const Recorded one = record(server, request("GET / HTTP/1.1"));
  const Recorded two = record(server, request("GET / HTTP/1.1"));
  EXPECT_TRUE(matches(one["request_id"], "=[0-9a-f]{32}"));
  EXPECT_NE(one["request_id"], two["request_id"]);
  EXPECT_EQ(one["deadline"], "=set");
  EXPECT_EQ(one["size"], "=" + std::to_string(sizeof(gw_environ)));
  const auto timeless = serve("recorder", "app", {"--timeout", "0"});
  EXPECT_EQ(record(timeless, request("GET / HTTP/1.1"))["deadline"], "=none");
}

}  // namespace
}  // namespace appserver::testing
