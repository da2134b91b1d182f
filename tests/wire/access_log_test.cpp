// What the access log says of requests, and that requests flow whatever becomes of the
// file it is written to.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <boost/json.hpp>

#include "support/expect.hpp"
#include "support/gate.hpp"

namespace appserver::testing {
namespace {

using Stream = ServerProcess::Stream;

constexpr std::string_view kDropped = " lines dropped: ";

ServerProcess with_format(const std::string& format) {
  return serve("nonce", "app", {"--access-logformat", format});
}

/// A request whose line in the log has about 8000 bytes.
std::string large_request(const std::string& target) {
  return request("GET " + target + " HTTP/1.1",
                 "User-Agent: " + std::string(2000, '\xff') + "\r\n");
}

/// Asks until the error log says that lines were dropped; each request is answered.
void flood(ServerProcess& server) {
  RawClient client(server.port());
  EXPECT_TRUE(eventually([&] {
    for (int i = 0; i < 20; ++i) {
      client.send(large_request("/?flood"));
      if (client.read_response().status != 200) ADD_FAILURE() << "not served";
    }
    return server.count_lines(kDropped) > 0;
  }));
}

TEST(AccessLogFormat, IsThatOfTheFlag) {
  for (const char* flag : {"--access-logformat", "--access-log-format"}) {
    auto server = serve("nonce", "app", {flag, "common"});
    get(server.port(), "/a");
    EXPECT_TRUE(
        matches(server.wait_for_access_line("/a"),
                "127\\.0\\.0\\.1 - - \\[[^\\]]+\\] \"GET /a HTTP/1\\.1\" 200 0"));
  }
}

TEST(AccessLogFormat, SaysWhatTheVariablesName) {
  auto server = with_format(
      "$request_method $uri $args ${server_protocol} $status $scheme $host "
      "$connection_requests $request_length $bytes_sent $http_x_a $remote_user>");
  RawClient client(server.port());
  const std::string first = request("GET /p%20q?a=%22b HTTP/1.1", "X-A: 1\r\n");
  client.send(first);
  client.read_response();
  const std::string line = server.wait_for_access_line("/p%20q");
  EXPECT_TRUE(holds(line, "GET /p%20q a=%22b HTTP/1.1 200 http "));
  EXPECT_TRUE(holds(line, " 1 " + std::to_string(first.size()) + " "));
  EXPECT_TRUE(holds(line, " 1 ->"));
  const std::string second =
      "POST /post HTTP/1.0\r\nHost: h\r\nAuthorization: Basic dTpw\r\n"
      "Content-Length: 3\r\n\r\nabc";
  client.send(second);
  const std::string answer = client.read_until_close();
  EXPECT_EQ(server.wait_for_access_line("/post"),
            "POST /post - HTTP/1.0 200 http h 2 " + std::to_string(second.size()) +
                " " + std::to_string(answer.size()) + " - u>");
}

TEST(AccessLogFormat, ClientThatIsTurnedAwayTookNoTime) {
  auto server = serve(
      "nonce", "app",
      {"--limit-concurrency", "1", "--access-logformat", "$status took $request_time"});
  RawClient served(server.port());
  served.send(request("GET /?x HTTP/1.1"));
  EXPECT_EQ(served.read_response().status, 200);
  RawClient other(server.port());
  EXPECT_EQ(other.read_response().status, 503);
  EXPECT_EQ(server.wait_for_access_line("503 took "), "503 took 0.000");
}

TEST(AccessLogFormat, JsonIsAnObjectALine) {
  auto server = with_format("json");
  RawClient client(server.port());
  client.send(request("GET /j?q HTTP/1.1", "User-Agent: a\"b\\\xff\xc3\xa4\r\n"));
  client.read_response();
  const auto line = boost::json::parse(server.wait_for_access_line("\"/j\""));
  const boost::json::object& said = line.as_object();
  EXPECT_EQ(said.at("method").as_string(), "GET");
  EXPECT_EQ(said.at("query").as_string(), "q");
  EXPECT_TRUE(said.at("duration_ms").is_double());
  EXPECT_EQ(said.at("worker").as_int64(), server.pid());
}

TEST(AccessLogFormat, AWrongOneIsRefusedAtTheStart) {
  for (const char* more : {"--check-config", "--single-process"}) {
    const Outcome outcome =
        ServerProcess::run({"-b", "127.0.0.1:0", more, "--access-logformat",
                            "$remote_addr $statsu", test_app("nonce")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(holds(outcome.err,
                      "--access-logformat: unknown variable \"$statsu\": did you mean "
                      "\"$status\"? known are $remote_addr "));
  }
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "app: " + test_app("nonce") + "\naccess_log_format: jsn\n");
  const Outcome outcome = ServerProcess::run({"-c", file, "-t"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(holds(outcome.err,
                    "a.yaml:2: access_log_format: \"jsn\" is not a format: "
                    "did you mean \"json\"?"));
}

TEST(AccessLogFormat, ARightOneIsTakenFromAFile) {
  const TempFolder folder;
  const std::string file = folder.write(
      "a.yaml", "access_log_format: \"<$request_uri>\"\nsingle_process: true\n");
  ServerProcess server({"-c", file, test_app("nonce")});
  get(server.port(), "/y");
  EXPECT_EQ(server.wait_for_access_line("/y"), "</y>");
  EXPECT_EQ(ServerProcess::run({"-c", file, "-t", test_app("nonce")}).exit_code, 0);
}

TEST(AccessLog, SaysTheRequestLineOfWhatIsRefused) {
  auto server = with_format("<$request> $status");
  const auto line_of = [&](const std::string& bytes, std::string_view words) {
    RawClient client(server.port());
    client.send(bytes);
    client.read_response();
    return server.wait_for_access_line(words);
  };
  EXPECT_EQ(line_of("GET /no-host HTTP/1.1\r\n\r\n", "no-host"),
            "<GET /no-host HTTP/1.1> 400");
  EXPECT_EQ(line_of("\r\nGET /field HTTP/1.1\r\nHost: a\r\nb c: d\r\n\r\n", "/field"),
            "<GET /field HTTP/1.1> 400");
  EXPECT_EQ(line_of("GET /\"x\\ HTTP/1.1\r\n\r\n", "x22x"),
            "<GET /\\x22x\\x5C HTTP/1.1> 400");
  EXPECT_EQ(line_of("\x16\x03\x01\x02 not http\r\n\r\n", "not http"),
            "<\\x16\\x03\\x01\\x02 not http> 400");
  EXPECT_TRUE(
      holds(line_of("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", "414"),
            "<GET /aaa"));
}

TEST(AccessLog, SaysWhatCameOfAHeadThatTookTooLong) {
  auto server = serve(
      "nonce", "app",
      {"--access-logformat", "<$request> $status", "--client-header-timeout", "300ms"});
  RawClient client(server.port());
  client.send("GET /slow HT");
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_EQ(server.wait_for_access_line("/slow"), "<GET /slow HT> 408");
}

TEST(AccessLog, SaysThatTheClientLeftFirst) {
  auto server = serve("slow", "app", {"--access-logformat", "$request_uri $status"});
  Gate gate;
  const std::string target = "/wait?" + gate.path();
  {
    RawClient client(server.port());
    client.send(request("GET " + target + " HTTP/1.1"));
    Visit visit = gate.next();
    client.reset();
    round_trip(server, "/round");
    visit.release();
  }
  EXPECT_EQ(server.wait_for_access_line(target), target + " 499");
  RawClient patient(server.port());
  patient.send(request("GET /patient HTTP/1.1"));
  EXPECT_EQ(patient.read_response().status, 200);
  EXPECT_EQ(server.wait_for_access_line("/patient"), "/patient 200");
}

TEST(AccessLog, PipelinedRequestsHaveALineEachInTheirOrder) {
  auto server = with_format("$request_uri");
  RawClient client(server.port());
  std::string all;
  for (int i = 0; i < 16; ++i) {
    all += request("GET /pipe" + std::to_string(i) + " HTTP/1.1");
  }
  client.send(all);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(client.read_response().status, 200);
  server.wait_for_access_line("/pipe15");
  for (std::size_t i = 1; i <= 16; ++i) {
    EXPECT_EQ(server.wait_for_access_line("/pipe", i), "/pipe" + std::to_string(i - 1));
  }
}

TEST(AccessLog, AFullDiskDelaysNoRequestAndIsCounted) {
  const TempFolder folder;
  const std::string path = folder / "access.log";
  std::filesystem::create_symlink("/dev/full", path);
  auto server = serve("nonce", "app", {"--access-logfile", path});
  get(server.port(), "/first");
  server.wait_for_line("cannot write to " + path + ": No space left on device");
  flood(server);
  std::filesystem::remove(path);  // as if somebody had made room
  server.signal(SIGUSR1);
  server.wait_for_line("takes lines again");
  EXPECT_TRUE(eventually([&] {
    get(server.port(), "/after");
    return read_file(path).find("GET /after ") != std::string::npos;
  }));
  EXPECT_TRUE(holds(read_file(path), "GET /first "));  // what waited is not lost
  EXPECT_EQ(server.count_lines("cannot write to"), 1U);
  EXPECT_EQ(server.count_lines(kDropped), 1U);
}

TEST(AccessLog, APipeThatNobodyReadsDelaysNoRequest) {
  const TempFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  auto server = serve("nonce", "app", {"--access-logfile", path});
  flood(server);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  std::string read;
  const auto read_on = [&] {
    std::array<char, 65536> some;
    const ssize_t n = ::read(reader, some.data(), some.size());
    if (n > 0) read.append(some.data(), static_cast<std::size_t>(n));
    return n;
  };
  EXPECT_TRUE(eventually([&] {
    while (read_on() > 0) {
    }
    get(server.port(), "/late");
    return read.find("GET /late ") != std::string::npos;
  }));
  ::close(reader);
}

TEST(AccessLog, AStopDoesNotWaitForAReaderThatReadsNothing) {
  const TempFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  auto server = serve("nonce", "app", {"--access-logfile", path});
  RawClient client(server.port());
  for (int i = 0; i < 20; ++i) {  // more than a pipe holds
    client.send(large_request("/"));
    client.read_response();
  }
  client.close();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait_exit(), 0);
  EXPECT_TRUE(holds(server.text(Stream::Err), kDropped));
}

TEST(AccessLog, AReaderMayGoAndAnotherCome) {
  const TempFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int first = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto server = serve("nonce", "app", {"--access-logfile", path});
  ::close(first);
  get(server.port(), "/unread");
  server.wait_for_line("Broken pipe");
  const int second = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(second, 0);
  server.wait_for_line("takes lines again");
  std::array<char, 4096> some;
  const ssize_t n = ::read(second, some.data(), some.size());
  ASSERT_GT(n, 0);
  EXPECT_TRUE(holds({some.data(), static_cast<std::size_t>(n)}, "GET /unread "));
  ::close(second);
}

TEST(AccessLog, LinesOfSeveralWorkersDoNotMix) {
  const TempFolder folder;
  const std::string path = folder / "access.log";
  for (const std::string& target : {std::string("-"), path}) {
    SCOPED_TRACE(target);
    ServerProcess server({"-w", "2", "--access-logfile", target, "--access-logformat",
                          "<$http_user_agent>", test_app("nonce")});
    const std::string agent(700, 'a');
    constexpr std::size_t kClients = 40;
    constexpr std::size_t kEach = 10;
    for (std::size_t i = 0; i < kClients; ++i) {
      RawClient client(server.port());
      std::string all;
      for (std::size_t k = 0; k < kEach; ++k) {
        all += request("GET / HTTP/1.1", "User-Agent: " + agent + "\r\n");
      }
      client.send(all);
      for (std::size_t k = 0; k < kEach; ++k) client.read_response();
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    const std::string text = target == "-" ? server.text(Stream::Out) : read_file(path);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); ++lines) {
      const std::size_t end = text.find('\n', at);
      ASSERT_EQ(text.substr(at, end - at), "<" + agent + ">");
      at = end + 1;
    }
    EXPECT_EQ(lines, kClients * kEach);
  }
}

TEST(AccessLog, WhatCannotBeOpenedAgainIsWrittenOn) {
  const TempFolder folder;
  const std::string path = folder / "sub/access.log";
  std::filesystem::create_directory(folder / "sub");
  auto server = serve("nonce", "app", {"--access-logfile", path});
  std::filesystem::rename(folder / "sub", folder / "moved");
  server.signal(SIGUSR1);
  server.wait_for_line("cannot open " + path + " again: No such file or directory");
  EXPECT_TRUE(eventually([&] {
    get(server.port(), "/on");
    return read_file(folder / "moved/access.log").find("/on") != std::string::npos;
  }));
}

TEST(AccessLog, WhatCannotBeOpenedIsAnErrorThatSaysWhy) {
  const Outcome outcome =
      ServerProcess::run({"-b", "127.0.0.1:0", "--single-process", "--access-logfile",
                          "/nowhere/a.log", test_app("nonce")});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(holds(outcome.err, "/nowhere/a.log: No such file or directory"));
}

}  // namespace
}  // namespace appserver::testing
