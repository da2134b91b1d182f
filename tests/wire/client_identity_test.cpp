// Who the client is, as proxies tell it: believed from those in forwarded_allow_ips,
// nothing but fields from all others.
#include <signal.h>

#include "conformance/recorded.hpp"

namespace appserver::testing {
namespace {

const std::string kTold =
    "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
    "X-Forwarded-Host: shop.example\r\n";

Recorded record_get(const ServerProcess& server, const std::string& fields) {
  return record(server, request("GET / HTTP/1.1", fields));
}

Recorded record_on(RawClient& client, const std::string& bytes) {
  client.send(bytes);
  const Response response = client.read_response();
  EXPECT_EQ(response.status, 200);
  return parse_record(response.body);
}

/// "addr port scheme name:port" as the app sees them.
std::string identity(const Recorded& seen) {
  return seen["remote_addr"] + " " + seen["remote_port"] + " " + seen["url_scheme"] +
         " " + seen["server_name"] + " " + seen["server_port"];
}

TEST(ClientIdentity, IsTheClientsBehindATrustedProxy) {
  const auto server = serve("recorder");
  const std::string own = "=" + std::to_string(server.port());

  struct Case {
    std::string fields, identity;
  };

  for (const Case& c : {
           Case{kTold, "=203.0.113.9 absent =https =shop.example =443"},
           Case{"X-Forwarded-For: 6.6.6.6, 2001:DB8::9\r\nX-Forwarded-For: "
                "127.0.0.1\r\n",
                "=2001:db8::9 absent =http =test " + own},
           Case{"X-Forwarded-For: 203.0.113.9:4711\r\nX-Forwarded-Proto: http\r\n",
                "=203.0.113.9 =4711 =http =test =80"},
           Case{"X-Forwarded-Host: shop.example:8443\r\nX-Forwarded-For: "
                "::ffff:1.2.3.4\r\n",
                "=1.2.3.4 absent =http =shop.example =8443"},
           Case{"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: [2001:db8::1]\r\n",
                "=203.0.113.9 absent =http =2001:db8::1 =80"},
           Case{"Forwarded: for=\"[2001:db8::9]:4711\";proto=https;host=a.example\r\n",
                "=2001:db8::9 =4711 =https =a.example =443"},
           Case{"Forwarded: for=unknown;proto=https\r\n",
                "absent absent =https =test =443"},
           Case{"X-Forwarded-For: garbage\r\n", "absent absent =http =test " + own},
           Case{"X-Forwarded-For: garbage, 203.0.113.9\r\n",
                "=203.0.113.9 absent =http =test " + own},
           Case{kTold + "Forwarded: for=6.6.6.6;proto=http;host=evil\r\n",
                "absent absent =http =test " + own},
           Case{"x-FORWARDED-for:203.0.113.9\r\n",
                "=203.0.113.9 absent =http =test " + own},
       }) {
    SCOPED_TRACE(c.fields);
    const Recorded seen =
        record(server, "GET / HTTP/1.1\r\nHost: test\r\n" + c.fields + "\r\n");
    EXPECT_EQ(identity(seen), c.identity);
  }
}

TEST(ClientIdentity, IsThePeersWhereNobodyTellsAnother) {
  const auto server = serve("recorder");
  for (const std::string fields :
       {"", "X-Forwarded-Proto: wss\r\n", "X-Real-IP: 6.6.6.6\r\n",
        "X-Forwarded-For:\r\n", "X_Forwarded_For: 6.6.6.6\r\n",
        "X-Forwarded-Host: a b\r\n"}) {
    SCOPED_TRACE(fields);
    const Recorded seen = record_get(server, fields);
    EXPECT_EQ(seen["remote_addr"], "=127.0.0.1");
    EXPECT_TRUE(matches(seen["remote_port"], "=[0-9]+"));
    EXPECT_EQ(seen["url_scheme"], "=http");
    EXPECT_EQ(seen["server_port"], "=" + std::to_string(server.port()));
  }
}

TEST(ClientIdentity, IsNotWhatAnUntrustedPeerSays) {
  for (const std::string trusted : {"", "10.0.0.0/8,::1,unix", "127.0.0.2"}) {
    SCOPED_TRACE(trusted);
    const auto server = serve("recorder", "app", {"--forwarded-allow-ips", trusted});
    const Recorded plain = record_get(server, "");
    for (const std::string& fields :
         {kTold, std::string("Forwarded: for=6.6.6.6;proto=https;host=evil\r\n"),
          std::string("X-Request-ID: forged\r\n")}) {
      SCOPED_TRACE(fields);
      const Recorded seen = record_get(server, fields);
      for (const char* name :
           {"remote_addr", "url_scheme", "server_name", "server_port"}) {
        EXPECT_EQ(seen[name], plain[name]) << name;
      }
      EXPECT_TRUE(matches(seen["remote_port"], "=[0-9]+"));
      EXPECT_TRUE(matches(seen["request_id"], "=[0-9a-f]{32}"));
    }
  }
}

TEST(ClientIdentity, FieldsReachTheAppAsTheyCame) {
  for (const std::string trusted : {"127.0.0.1", "10.0.0.1"}) {
    const auto server = serve("recorder", "app", {"--forwarded-allow-ips", trusted});
    const Recorded seen =
        record_get(server, kTold + "X-Forwarded-For: 127.0.0.1\r\nX_A: b\r\n");
    EXPECT_EQ(seen.field("x-forwarded-for"), "203.0.113.9|127.0.0.1");
    EXPECT_EQ(seen.field("x-forwarded-proto"), "https");
    EXPECT_EQ(seen.field("x-forwarded-host"), "shop.example");
    EXPECT_EQ(seen.field("x_a"), "b");  // raw names; a CGI view must drop it
  }
}

TEST(ClientIdentity, NoConnectionFieldTakesItAway) {
  const auto server = serve("recorder");
  for (const std::string name :
       {"X-Forwarded-For", "close, x-forwarded-proto", "Forwarded"}) {
    EXPECT_EQ(status_of(server, request("GET / HTTP/1.1",
                                        kTold + "Connection: " + name + "\r\n")),
              400);
  }
  EXPECT_EQ(record_get(server, kTold + "Connection: X-Other\r\n")["remote_addr"],
            "=203.0.113.9");
}

TEST(ClientIdentity, NetworksAndEverybodyAreWaysToTrust) {
  for (const std::string trusted : {"127.0.0.0/8", "::ffff:127.0.0.0/104", "*"}) {
    SCOPED_TRACE(trusted);
    const auto server = serve("recorder", "app", {"--forwarded-allow-ips", trusted});
    EXPECT_EQ(record_get(server, kTold)["remote_addr"], "=203.0.113.9");
  }
  const auto all = serve("recorder", "app", {"--forwarded-allow-ips", "*"});
  EXPECT_EQ(record_get(all, "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\n")["remote_addr"],
            "=6.6.6.6");
}

TEST(ClientIdentity, OnAUnixSocketDependsOnTheWordUnix) {
  struct Case {
    std::vector<std::string> flags;
    std::string remote_addr, url_scheme;
  };

  for (const Case& c :
       {Case{{}, "=203.0.113.9", "=https"},
        Case{{"--forwarded-allow-ips", "unix"}, "=203.0.113.9", "=https"},
        Case{{"--forwarded-allow-ips", "*"}, "=203.0.113.9", "=https"},
        Case{{"--forwarded-allow-ips", "127.0.0.1"}, "absent", "=http"}}) {
    const TempFolder folder;
    std::vector<std::string> flags = c.flags;
    flags.insert(flags.end(), {"-b", "unix:" + (folder / "s")});
    const auto server = serve("recorder", "app", flags);
    RawClient client = RawClient::to_unix_socket(folder / "s");
    const Recorded seen = record_on(client, request("GET / HTTP/1.1", kTold));
    EXPECT_EQ(seen["remote_addr"], c.remote_addr);
    EXPECT_EQ(seen["url_scheme"], c.url_scheme);
    EXPECT_EQ(record_on(client, request("GET / HTTP/1.1"))["remote_addr"], "absent");
  }
}

TEST(ClientIdentity, IsThatOfEachRequestAlone) {
  const auto server = serve("recorder");
  RawClient client(server.port());
  const std::string other = "X-Forwarded-For: 2001:db8::7\r\n";
  EXPECT_EQ(record_on(client, request("GET / HTTP/1.1", kTold))["remote_addr"],
            "=203.0.113.9");
  EXPECT_EQ(record_on(client, request("GET / HTTP/1.1"))["remote_addr"], "=127.0.0.1");
  client.send(request("GET / HTTP/1.1", other) + request("GET / HTTP/1.1") +
              request("GET / HTTP/1.1", kTold));
  EXPECT_EQ(parse_record(client.read_response().body)["remote_addr"], "=2001:db8::7");
  EXPECT_EQ(parse_record(client.read_response().body)["remote_addr"], "=127.0.0.1");
  EXPECT_EQ(parse_record(client.read_response().body)["remote_addr"], "=203.0.113.9");
}

TEST(ClientIdentity, MountsAreFoundByHostAndNotByWhatIsForwarded) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", mounts_file({{"/", test_app("recorder"), "host: a.example"},
                             {"/", test_app("nonce"), "host: secret.example"}}));
  const ServerProcess server({"--single-process", "-c", file});
  const std::string forged = "X-Forwarded-Host: secret.example\r\n\r\n";
  const Recorded seen =
      record(server, "GET / HTTP/1.1\r\nHost: a.example\r\n" + forged);
  EXPECT_EQ(seen["server_name"], "=secret.example");
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: b.example\r\n" + forged);
  EXPECT_EQ(client.read_response().status, 404);
}

TEST(ClientIdentity, IsInTheAccessLog) {
  auto server = serve("fails");
  RawClient client(server.port());
  const auto ask = [&](const std::string& bytes) {
    client.send(bytes);
    client.read_response();
  };
  ask(request("GET /told HTTP/1.1", kTold));
  EXPECT_TRUE(matches(server.wait_for_access_line("/told "), "203\\.0\\.113\\.9 - .*"));
  ask(request("GET /plain HTTP/1.1"));
  EXPECT_TRUE(matches(server.wait_for_access_line("/plain "), "127\\.0\\.0\\.1 - .*"));
  ask(request("GET /hidden HTTP/1.1", "Forwarded: for=_x\r\n"));
  EXPECT_TRUE(matches(server.wait_for_access_line("/hidden "), "- - .*"));
  // The line of a refused request does not bear the client before it.
  ask(request("GET /again HTTP/1.1", kTold));
  ask("GET /refused HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
  EXPECT_TRUE(matches(server.wait_for_access_line(" 400 "), "127\\.0\\.0\\.1 - .*"));
}

TEST(ClientIdentity, RequestsWithoutAnAppAreLoggedWithIt) {
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/app", test_app("nonce")}}));
  ServerProcess server({"--single-process", "-c", file});
  RawClient client(server.port());
  client.send(request("GET /nowhere HTTP/1.1", kTold));
  EXPECT_EQ(client.read_response().status, 404);
  EXPECT_TRUE(
      matches(server.wait_for_access_line("/nowhere "), "203\\.0\\.113\\.9 .*"));
}

TEST(ClientIdentity, HupChangesWhomWeTrustOnOpenConnectionsToo) {
  const TempFolder folder;
  const std::string mounts = mounts_file({{"/", test_app("recorder")}});
  const std::string file = folder.write("a.yaml", mounts);
  ServerProcess server({"-w", "1", "-c", file});
  RawClient client(server.port());
  const std::string asks = request("GET / HTTP/1.1", kTold);
  EXPECT_EQ(record_on(client, asks)["remote_addr"], "=203.0.113.9");
  folder.write("a.yaml", mounts + "forwarded_allow_ips: [10.0.0.1]\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded, 1);
  EXPECT_EQ(record_on(client, asks)["remote_addr"], "=127.0.0.1");
  EXPECT_EQ(record(server, asks)["remote_addr"], "=127.0.0.1");
  folder.write("a.yaml", mounts + "forwarded_allow_ips: 127.0.0.0/8\n");
  server.signal(SIGHUP);
  server.wait_for_line(said::kReloaded, 2);
  EXPECT_EQ(record_on(client, asks)["remote_addr"], "=203.0.113.9");
  folder.write("a.yaml", mounts + "forwarded_allow_ips: 127.0.0.1/8\n");
  server.signal(SIGHUP);
  EXPECT_TRUE(holds(server.wait_for_line(said::kReloadRefused), "127.0.0.0/8"));
  EXPECT_EQ(record_on(client, asks)["remote_addr"], "=203.0.113.9");
}

TEST(ClientIdentity, FollowsForwardedAllowIpsOfTheEnvironment) {
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "--single-process", test_app("recorder")};
  launch.environment = {{"FORWARDED_ALLOW_IPS", "10.0.0.1"}};
  ServerProcess server(std::move(launch));
  server.wait_until_listening();
  EXPECT_EQ(record_get(server, kTold)["remote_addr"], "=127.0.0.1");
}

TEST(RequestId, IsTakenOverFromATrustedProxyOrMade) {
  const auto server = serve("recorder");
  const std::string longest(128, 'x');
  for (const std::string& id : {std::string("Az-09_.z"), longest}) {
    EXPECT_EQ(record_get(server, "X-Request-ID: " + id + "\r\n")["request_id"],
              "=" + id);
  }
  for (const std::string& fields :
       {"X-Request-ID: " + longest + "x\r\n", std::string("X-Request-ID: a b\r\n"),
        std::string("X-Request-ID:\r\n"),
        std::string("X-Request-ID: a\r\nX-Request-ID: b\r\n")}) {
    SCOPED_TRACE(fields);
    EXPECT_TRUE(matches(record_get(server, fields)["request_id"], "=[0-9a-f]{32}"));
  }
  EXPECT_NE(record_get(server, "")["request_id"], record_get(server, "")["request_id"]);
}

TEST(RequestId, IsNotEchoed) {
  const auto server = serve("recorder");
  RawClient client(server.port());
  client.send(request("GET / HTTP/1.1", "X-Request-ID: abc\r\n"));
  EXPECT_FALSE(client.read_response().has("x-request-id"));
}

TEST(ClientIdentity, TheProxyFieldNeverReachesTheApp) {
  const auto server = serve("recorder");
  const Recorded seen =
      record_get(server, "Proxy: http://evil\r\nproxy: x\r\nX-Proxy: kept\r\n");
  EXPECT_EQ(seen.field("proxy"), "none");
  EXPECT_EQ(seen.field("x-proxy"), "kept");
}

}  // namespace
}  // namespace appserver::testing
