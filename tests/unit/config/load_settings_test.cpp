#include "config/load_settings.hpp"

#include <gtest/gtest.h>

#include "config/setting_key.hpp"
#include "loading.hpp"

namespace appserver::config {
namespace {

Settings loaded(const Words& words, const std::string& text, const Environment& env) {
  const auto settings = load(words, text, env);
  EXPECT_TRUE(settings) << settings.error().text;
  return settings ? *settings : Settings{};
}

std::string only_bind(const Settings& settings) {
  return settings.bind.size() == 1
             ? settings.bind[0].text()
             : std::to_string(settings.bind.size()) + " addresses";
}

TEST(LoadSettings, TheLastSourceWins) {
  const Environment env = {{"APPSERVER_THREADS", "3"}};
  EXPECT_EQ(loaded({"a"}, "", {}).threads, 4);
  EXPECT_EQ(loaded({"a"}, "threads: 2", {}).threads, 2);
  EXPECT_EQ(loaded({"a"}, "threads: 2", env).threads, 3);
  EXPECT_EQ(loaded({"a", "--threads", "5"}, "threads: 2", env).threads, 5);
  EXPECT_EQ(loaded({"a", "--threads", "5", "--threads", "6"}, "", env).threads, 6);
}

TEST(LoadSettings, AListReplacesTheListOfAWeakerSource) {
  const Environment env = {{"APPSERVER_BIND", ":2, :3"}};
  EXPECT_EQ(only_bind(loaded({"a"}, "bind: ':1'", {})), "0.0.0.0:1");
  EXPECT_EQ(loaded({"a"}, "bind: ':1'", env).bind.size(), 2U);
  EXPECT_EQ(only_bind(loaded({"a", "-b", ":4"}, "bind: ':1'", env)), "0.0.0.0:4");
}

TEST(LoadSettings, RequestLineOverTheHeadItIsPartOfIsAnError) {
  EXPECT_EQ(complaint({"a"}, "limit_request_head: 4k", {}),
            "limit_request_line (8190 bytes) is larger than limit_request_head (4096 "
            "bytes), which it is part of: lower the one or raise the other");
  EXPECT_NE(complaint({"a", "--limit-request-line", "32769"}, "", {}), "");
  EXPECT_EQ(complaint({"a", "--limit-request-line", "32768"}, "", {}), "");
  // Judged when all have spoken: what a stronger source mends is no error.
  EXPECT_EQ(
      complaint({"a", "--limit-request-line", "4k"}, "limit_request_head: 4k", {}), "");
}

TEST(LoadSettings, PortIsUsedWhereNothingIsBound) {
  const Environment env = {{"PORT", "5000"}};
  EXPECT_EQ(only_bind(loaded({"a"}, "", env)), "0.0.0.0:5000");
  EXPECT_EQ(only_bind(loaded({"a"}, "bind: []", env)), "0.0.0.0:5000");
  EXPECT_EQ(only_bind(loaded({"a"}, "bind: ':1'", env)), "0.0.0.0:1");
  EXPECT_EQ(only_bind(loaded({"a", "-b:4"}, "", env)), "0.0.0.0:4");
  EXPECT_TRUE(loaded({"a"}, "", {{"PORT", ""}}).bind.empty());
  EXPECT_EQ(complaint({"a"}, "", {{"PORT", "http"}}), "PORT: \"http\" is not a port");
  EXPECT_EQ(complaint({"a", "-b:4"}, "", {{"PORT", "http"}}), "");
}

TEST(LoadSettings, WebConcurrencyIsTheDefaultOfWorkers) {
  const Environment env = {{"WEB_CONCURRENCY", "7"}};
  EXPECT_EQ(loaded({"a"}, "", env).workers, 7);
  EXPECT_EQ(loaded({"a"}, "workers: auto", env).workers, 0);
  EXPECT_EQ(loaded({"a", "-w2"}, "", env).workers, 2);
  EXPECT_EQ(
      complaint({"a"}, "", {{"WEB_CONCURRENCY", "x"}}).rfind("WEB_CONCURRENCY: ", 0),
      0U);
}

using Words = std::vector<std::string>;

TEST(LoadSettings, TrustedProxiesAreListsWithCommasOrWithout) {
  const auto words = [](const Words& line, const std::string& file,
                        const Environment& env) {
    return loaded(line, file, env).proxies.forwarded_from.words();
  };
  const std::string flag = "--forwarded-allow-ips";
  const Words local = {"127.0.0.1", "::1", "unix"};
  const Words two = {"10.0.0.0/8", "fd00::1"};
  EXPECT_EQ(words({"a"}, "", {}), local);
  EXPECT_EQ(words({"a", flag, "10.0.0.0/8, fd00::1"}, "", {}), two);
  EXPECT_EQ(words({"a", flag, "10.0.0.0/8", flag, "fd00::1"}, "", {}), two);
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: 10.0.0.0/8,fd00::1", {}), two);
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: [10.0.0.0/8, 'fd00::1']", {}), two);
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: []", {}), Words{});
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: ''", {}), Words{});
  EXPECT_EQ(words({"a", flag, ""}, "forwarded_allow_ips: '*'", {}), Words{});
  EXPECT_EQ(words({"a"}, "", {{"APPSERVER_FORWARDED_ALLOW_IPS", "*"}}), Words{"*"});
}

TEST(LoadSettings, ForwardedAllowIpsOfTheEnvironmentIsTheDefault) {
  const Environment env = {{"FORWARDED_ALLOW_IPS", "10.0.0.1,*"}};
  const auto words = [&env](const Words& line, const std::string& file) {
    return loaded(line, file, env).proxies.forwarded_from.words();
  };
  EXPECT_EQ(words({"a"}, ""), (Words{"10.0.0.1", "*"}));
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: ::1"), Words{"::1"});
  EXPECT_EQ(words({"a"}, "forwarded_allow_ips: []"), Words{});
  EXPECT_EQ(words({"a", "--forwarded-allow-ips", "unix"}, ""), Words{"unix"});
  EXPECT_EQ(
      complaint({"a"}, "", {{"FORWARDED_ALLOW_IPS", "localhost"}}),
      "FORWARDED_ALLOW_IPS: \"localhost\" is not an address; write an IP address, "
      "a network as 10.0.0.0/8, unix or *");
}

TEST(LoadSettings, AWrongProxyIsNamedWithItsPlace) {
  EXPECT_EQ(complaint({"a", "--proxy-allow-from", "::1,10.1.1.1/8"}, "", {}),
            "--proxy-allow-from: \"10.1.1.1/8\" has address bits behind its prefix; "
            "write 10.0.0.0/8");
  EXPECT_EQ(complaint({"a"}, "\nproxy_allow_from: [::1, '::/129']", {}),
            "a.yaml:2: proxy_allow_from: \"::/129\" has no prefix from /0 to /128");
  EXPECT_EQ(complaint({"a", "--proxy-protocol", "v3"}, "", {}),
            "--proxy-protocol: \"v3\" is no PROXY protocol; write off, v1, v2 or auto");
}

TEST(LoadSettings, ProxyProtocolIsOneOfFourWords) {
  EXPECT_EQ(loaded({"a"}, "", {}).proxies.protocol, ProxyProtocol::Off);
  for (const auto& [word, protocol] :
       {std::pair("off", ProxyProtocol::Off), std::pair("v1", ProxyProtocol::V1),
        std::pair("v2", ProxyProtocol::V2), std::pair("Auto", ProxyProtocol::Auto)}) {
    EXPECT_EQ(loaded({"a", "--proxy-protocol", word}, "", {}).proxies.protocol,
              protocol);
  }
}

TEST(LoadSettings, EnvironmentSetsEveryScalar) {
  for (const SettingKey& key : setting_keys()) {
    if (key.read == nullptr || key.name == "plugins") continue;
    const std::string name = environment_name(key);
    SCOPED_TRACE(name);
    // A control character is wrong everywhere, so the complaint shows that the key was
    // read.
    EXPECT_EQ(complaint({"a"}, "", {{name, "\x01"}}).rfind(name + ": ", 0), 0U);
    EXPECT_EQ(complaint({"a"}, "", {{name, ""}}), "");
  }
  EXPECT_EQ(loaded({}, "", {{"APPSERVER_APP", "hello:app"}}).mounts.at(0).origin,
            "environment");
}

TEST(LoadSettings, UnknownVariablesNameTheNearest) {
  EXPECT_EQ(complaint({"a"}, "", {{"APPSERVER_WORKER", "3"}}),
            "unknown environment variable \"APPSERVER_WORKER\": did you mean "
            "\"APPSERVER_WORKERS\"?");
  EXPECT_NE(complaint({"a"}, "", {{"APPSERVER_MOUNTS", "x"}}).find("-c FILE"),
            std::string::npos);
  EXPECT_EQ(complaint({"a"}, "", {{"PATH", "x"}, {"WORKER", "3"}}), "");
}

TEST(LoadSettings, VariablesThatAreNotOursAreLeftAlone) {
  EXPECT_EQ(loaded({"a"}, "", {{"APPSERVER_PLUGINS", "d"}}).plugins, "");
  EXPECT_EQ(complaint({"a"}, "",
                      {{"APPSERVER_SERVICE_HOST", "10.0.0.1"},
                       {"APPSERVER_PORT", "tcp://10.0.0.1:80"},
                       {"APPSERVER_PORT_80_TCP_ADDR", "10.0.0.1"}}),
            "");
}

TEST(LoadSettings, WrongFlagsNameTheFlag) {
  EXPECT_EQ(complaint({"a", "--threads", "x"}, "", {}),
            "--threads: \"x\" is not a whole number");
  EXPECT_EQ(
      complaint({"a", "--max-body-size", "1x"}, "", {}),
      "--client-max-body-size: \"1x\" is not a size; write bytes or 512k, 1m, 2g");
}

TEST(LoadSettings, TheCommandLinesAppTakesTheRoot) {
  const std::string text =
      "mounts:\n  - {app: x, path: /x}\n  - {app: r, config: {a: 1}}\n";
  const Settings settings = loaded({"hello:app"}, text, {});
  ASSERT_EQ(settings.mounts.size(), 2U);
  EXPECT_EQ(settings.mounts[0].app, "x");
  MountSettings expected;
  expected.app = "hello:app";
  expected.origin = "command line";
  EXPECT_EQ(settings.mounts[1], expected);
  EXPECT_EQ(loaded({"hello:app"}, "mounts: [{app: x, path: /x}]", {}).mounts.at(1),
            expected);
  EXPECT_EQ(loaded({"hello:app"}, "mounts: [{app: x, host: h}]", {}).mounts.at(1),
            expected);
}

TEST(LoadSettings, NothingToServeNamesTheWays) {
  const char* text =
      "nothing to serve: name an application (appserver hello:app), a folder of them "
      "(--plugins DIR) or one of files (--static /=DIR), or list mounts in a "
      "configuration file (-c FILE)";
  EXPECT_EQ(complaint({}, "", {}), text);
  EXPECT_EQ(complaint({}, "mounts: []", {{"APPSERVER_PLUGINS", "d"}}), text);
  EXPECT_EQ(complaint({"--plugins", "d"}, "", {}), "");
  EXPECT_EQ(complaint({"--static", "/=d"}, "", {}), "");
  EXPECT_EQ(complaint({}, "app: a", {}), "");
}

TEST(LoadSettings, PluginsFlagServesTheFolder) {
  const Settings settings = loaded({"--plugins", "apps"}, "", {});
  EXPECT_EQ(settings.plugins, "apps");
  EXPECT_TRUE(settings.serve_plugins_folder);
}

/// Where a mount was asked for is the one thing that printing cannot keep.
Settings without_origins(Settings settings) {
  for (MountSettings& mount : settings.mounts) mount.origin.clear();
  return settings;
}

TEST(PrintSettings, IsReadBackAsTheSameSettings) {
  const std::string every_key =
      "bind: ['[::1]:80', unix:/a b.sock, fd://3]\nplugins: \"d \\\"\xc3\xa9\"\n"
      "server_name: Example.org\nbacklog: 1\nworkers: 2\nthreads: 3\nqueue: 4\n"
      "worker_connections: 5\ntimeout: 1500ms\ngraceful_timeout: 0\nstartup_timeout: "
      "2m\n"
      "keepalive: 0\nclient_header_timeout: 1\nclient_body_timeout: 2\nsend_timeout: "
      "3\n"
      "client_max_body_size: 0\nlimit_request_line: 100\nlimit_request_fields: 7\n"
      "limit_request_field_size: 1k\nlimit_request_head: 1m\nkeepalive_requests: 9\n"
      "forwarded_allow_ips: [10.0.0.0/8, '*']\nproxy_protocol: V2\n"
      "proxy_allow_from: []\n"
      "min_rate_grace: 4\npipelining_depth: 3\nlimit_concurrency: 6\n"
      "limit_connections_per_address: 8\nclient_body_min_rate: 1k\n"
      "send_min_rate: 0\n"
      "accesslog: off\nerrorlog: 'e: #x'\nloglevel: Error\npidfile: p\nruntime_dir: r\n"
      "debug: yes\nsingle_process: on\n"
      "mounts:\n  - {app: ./a.so:app, path: /a, host: h, threads: 2, "
      "client_max_body_size: 5}\n"
      "  - app: b\n    config: {a: 1.5, b: '1', c: [null, true, \"\\n\\u0001\\\"é\"], "
      "d: {}}\n"
      "static: {/s: 'p \"q', /t: {root: /r, expires: {'*': 1h}, index: [a]}}\n";
  for (const std::string& text :
       {every_key, std::string("app: a\n"), std::string("plugins: d"),
        std::string("static: {/s: d}\napp: a\n")}) {
    SCOPED_TRACE(text);
    const Settings settings = loaded({}, text, {});
    const std::string printed = print_settings(settings);
    EXPECT_EQ(without_origins(loaded({}, printed, {})), without_origins(settings))
        << printed;
  }
}

TEST(PrintSettings, NamesEveryKeyOnce) {
  const std::string printed = "\n" + print_settings(loaded({"a"}, "", {}));
  for (const SettingKey& key : setting_keys()) {
    const std::string line = "\n" + std::string(key.name) + ":";
    const bool is_there = printed.find(line) != std::string::npos;
    EXPECT_EQ(is_there, key.name != "app") << key.name;
    EXPECT_EQ(printed.find(line), printed.rfind(line)) << key.name;
  }
}

}  // namespace
}  // namespace appserver::config
