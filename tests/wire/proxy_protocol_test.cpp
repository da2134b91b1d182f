// The PROXY protocol before HTTP: who may speak it, what it says, and what happens
// without it.
#include <signal.h>

#include "conformance/recorded.hpp"

namespace appserver::testing {
namespace {

using namespace std::string_literals;

const std::string kLine = "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n";
const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
// The same as kLine, with a TLV.
const std::string kBlock =
    kSignature +
    "\x21\x11\x00\x11\xcb\x00\x71\x09\x7f\x00\x00\x01\x12\x67\x00\x50\x04\x00\x02hi"s;
const std::string kLocal = kSignature + "\x20\x00\x00\x00"s;
const std::string kUnspecified = kSignature + "\x21\x00\x00\x00"s;
const std::string kForwarded = "X-Forwarded-For: 198.51.100.1\r\n";

ServerProcess serve_proxied(const std::string& versions,
                            std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"--proxy-protocol", versions});
  return serve("recorder", "app", more);
}

/// Goes through the I/O thread once: what was sent before has been seen.
void round_trip_with_header(const ServerProcess& server) {
  record(server, kLine + request("GET / HTTP/1.1"));
}

Recorded record_on(RawClient& client) {
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  return parse_record(response.body);
}

/// "addr port" as the app sees them.
std::string client_of(const Recorded& seen) {
  return seen["remote_addr"] + " " + seen["remote_port"];
}

void expect_refused(const ServerProcess& server, const std::string& bytes) {
  RawClient client(server.port());
  client.send(bytes);
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.field("connection"), "close");
  EXPECT_TRUE(client.expect_closed());
}

TEST(ProxyProtocol, NamesTheClientForAllRequestsOfTheConnection) {
  const auto server = serve_proxied("auto");
  for (const std::string& header : {kLine, kBlock}) {
    RawClient client(server.port());
    client.send(header + request("GET / HTTP/1.1") + request("GET / HTTP/1.1"));
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(client_of(record_on(client)), "=203.0.113.9 =4711");
    }
    client.send(request("GET / HTTP/1.1"));
    EXPECT_EQ(client_of(record_on(client)), "=203.0.113.9 =4711");
  }
}

TEST(ProxyProtocol, NamesIpv6ClientsInCanonicalForm) {
  const auto server = serve_proxied("v1");
  EXPECT_EQ(client_of(record(server, "PROXY TCP6 2001:DB8:0::9 ::1 65535 80\r\n" +
                                         request("GET / HTTP/1.1"))),
            "=2001:db8::9 =65535");
}

TEST(ProxyProtocol, MayBeCutAnywhere) {
  const auto server = serve_proxied("auto");
  for (const std::string& header : {kLine, kBlock}) {
    for (std::size_t cut = 1; cut <= header.size(); ++cut) {
      RawClient client(server.port());
      client.send(header.substr(0, cut));
      round_trip_with_header(server);
      client.send(header.substr(cut) + request("GET / HTTP/1.1"));
      ASSERT_EQ(client_of(record_on(client)), "=203.0.113.9 =4711") << cut;
    }
    RawClient slow(server.port());
    slow.send_in_pieces(header + request("GET /?x HTTP/1.1"), 1);
    EXPECT_EQ(client_of(record_on(slow)), "=203.0.113.9 =4711");
  }
}

TEST(ProxyProtocol, OfAProxyItselfLeavesThePeer) {
  const auto server = serve_proxied("v2");
  const Recorded seen = record(server, kLocal + request("GET / HTTP/1.1"));
  EXPECT_TRUE(matches(client_of(seen), "=127\\.0\\.0\\.1 =[0-9]+"));
}

TEST(ProxyProtocol, OfAClientThatItDoesNotNameLeavesNone) {
  auto server = serve_proxied("auto");
  for (const std::string& header :
       {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN 1.2.3.4 5.6.7.8 1 2\r\n"s, kUnspecified}) {
    const Recorded seen = record(server, header + request("GET / HTTP/1.1"));
    EXPECT_EQ(client_of(seen), "absent absent");
  }
  EXPECT_TRUE(matches(server.wait_for_access_line("GET / "), "- - .*"));
}

TEST(ProxyProtocol, IsRefusedWith400WhereItIsMissingOrMalformed) {
  const auto server = serve_proxied("auto");
  for (const std::string& bytes :
       {request("GET / HTTP/1.1"), "\r\n"s + kLine, "PROXY TCP4 1.2.3.4\r\n"s,
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"s, "PROXY UNKNOWN "s + std::string(100, 'x'),
        kSignature + "\x22\x11\x00\x0c"s,
        kSignature + "\x21\x11\x00\x0b" + "12345678901",
        kSignature + "\x20\x00\xff\xff"s}) {
    expect_refused(server, bytes + request("GET / HTTP/1.1"));
  }
  expect_refused(server, "G");  // no longer than needed
}

TEST(ProxyProtocol, IsTakenOnceAndInItsVersionOnly) {
  const auto v1 = serve_proxied("v1");
  const auto v2 = serve_proxied("v2");
  expect_refused(v1, kBlock + request("GET / HTTP/1.1"));
  expect_refused(v2, kLine + request("GET / HTTP/1.1"));
  expect_refused(v1, kLine + kLine + request("GET / HTTP/1.1"));
}

TEST(ProxyProtocol, IsGarbageWhereItIsOff) {
  const auto server = serve("recorder");
  for (const std::string& header : {kLine, kBlock}) {
    expect_refused(server, header + request("GET / HTTP/1.1"));
  }
}

TEST(ProxyProtocol, ConnectionsOfOthersAreClosedWithoutAnAnswer) {
  for (const std::string others : {"10.0.0.1,unix", ""}) {
    auto server = serve_proxied("v1", {"--proxy-allow-from", others});
    RawClient client(server.port());
    EXPECT_TRUE(client.expect_closed());
    EXPECT_TRUE(holds(server.wait_for_line("not in proxy_allow_from"), "127.0.0.1"));
  }
  const auto allowed = serve_proxied("v1", {"--proxy-allow-from", "127.0.0.0/8"});
  EXPECT_EQ(client_of(record(allowed, kLine + request("GET / HTTP/1.1"))),
            "=203.0.113.9 =4711");
}

TEST(ProxyProtocol, OnAUnixSocketDependsOnTheWordUnix) {
  for (const bool allowed : {true, false}) {
    const TempFolder folder;
    const auto server =
        serve_proxied("v1", {"--proxy-allow-from", allowed ? "unix" : "127.0.0.1", "-b",
                             "unix:" + (folder / "s")});
    RawClient client = RawClient::to_unix_socket(folder / "s");
    if (!allowed) {
      EXPECT_TRUE(client.expect_closed());
      continue;
    }
    client.send(kLine + request("GET / HTTP/1.1"));
    EXPECT_EQ(client_of(record_on(client)), "=203.0.113.9 =4711");
  }
}

TEST(ProxyProtocol, ItsClientIsWhoMustBeTrustedWithForwardedFields) {
  struct Case {
    std::string header, trusted, client;
  };

  // The proxy of connections is 127.0.0.1 and trusted by default; what its client says
  // is not its word.
  const std::string local = "127.0.0.1";
  for (const Case& c : {
           Case{kLine, local, "=203.0.113.9"},
           Case{kLine, "203.0.113.0/24", "=198.51.100.1"},
           Case{kLine, "*", "=198.51.100.1"},
           Case{"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", local, "=198.51.100.1"},
           Case{kLocal, local, "=198.51.100.1"},
           Case{kUnspecified, local + ",unix,0.0.0.0/0", "absent"},
           Case{kUnspecified, "*", "=198.51.100.1"},
           Case{"PROXY UNKNOWN\r\n", local, "absent"},
       }) {
    const auto server = serve_proxied("auto", {"--forwarded-allow-ips", c.trusted});
    EXPECT_EQ(
        record(server, c.header + request("GET / HTTP/1.1", kForwarded))["remote_addr"],
        c.client);
  }
}

TEST(ProxyProtocol, IsAwaitedNoLongerThanAHead) {
  const auto server = serve_proxied("auto", {"--client-header-timeout", "300ms"});
  for (const std::string& bytes :
       {""s, "PROXY TCP4 203."s, kSignature, kLine, kBlock}) {
    SCOPED_TRACE(bytes);
    RawClient client(server.port());
    client.send(bytes);
    EXPECT_TRUE(client.expect_closed());
  }
  RawClient begun(server.port());
  begun.send(kLine + "GET / HT");
  EXPECT_EQ(begun.read_response().status, 408);
}

TEST(ProxyProtocol, AStopDoesNotWaitForWhoHasSaidNoMore) {
  auto server = serve_proxied("v1");
  RawClient silent(server.port());
  RawClient announced(server.port());
  announced.send(kLine);
  round_trip_with_header(server);
  server.signal(SIGTERM);
  EXPECT_TRUE(announced.expect_closed(Deadline{std::chrono::seconds(10)}));
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(ProxyProtocol, HupTurnsItOnAndOffForNewConnections) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("recorder")}});
  const std::string file = folder.write("a.yaml", mounts);
  ServerProcess server({"-w", "1", "-c", file});
  RawClient before(server.port());
  before.send(request("GET / HTTP/1.1"));
  EXPECT_EQ(record_on(before)["remote_addr"], "=127.0.0.1");
  folder.write("a.yaml", mounts + "proxy_protocol: v1\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded, 1);
  before.send(request("GET / HTTP/1.1"));
  EXPECT_EQ(record_on(before)["remote_addr"], "=127.0.0.1");
  expect_refused(server, request("GET / HTTP/1.1"));
  RawClient proxied(server.port());
  proxied.send(kLine + request("GET / HTTP/1.1"));
  EXPECT_EQ(record_on(proxied)["remote_addr"], "=203.0.113.9");
  folder.write("a.yaml", mounts + "proxy_protocol: off\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded, 2);
  proxied.send(request("GET / HTTP/1.1"));
  EXPECT_EQ(record_on(proxied)["remote_addr"], "=203.0.113.9");
  EXPECT_EQ(record(server, request("GET / HTTP/1.1"))["remote_addr"], "=127.0.0.1");
}

}  // namespace
}  // namespace appserver::testing
