// Where the server listens, and what it writes down of what it served.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "support/expect.hpp"

namespace appserver::testing {
namespace {

TEST(Listen, UnixSocketIsServed) {
  const TempFolder folder;
  const std::string path = folder / "s";
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    Launch launch;
    launch.arguments = {"-b", "unix:" + path, test_app("recorder")};
    launch.arguments.insert(launch.arguments.end(), shape.begin(), shape.end());
    ServerProcess server(launch);
    EXPECT_TRUE(holds(server.wait_for_line(said::kListeningAnywhere), path));
    RawClient client = RawClient::to_unix_socket(path);
    client.send(request("GET /x HTTP/1.1"));
    const Response response = client.read_response();
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(holds(response.body, "path_info =/x\n"));
    EXPECT_TRUE(holds(response.body, "remote_addr absent\n"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait_exit(), 0);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(Listen, StaleUnixSocketIsReplacedAndAFileIsNot) {
  const TempFolder folder;
  const std::string path = folder / "s";
  {
    Launch launch;
    launch.arguments = {"-b", "unix:" + path, "--single-process", test_app("nonce")};
    ServerProcess killed(launch);
    killed.wait_for_line(said::kListeningAnywhere);
    killed.signal(SIGKILL);
    killed.wait_exit();
    ASSERT_TRUE(std::filesystem::exists(path));
    ServerProcess next(launch);
    next.wait_for_line(said::kListeningAnywhere);
    RawClient client = RawClient::to_unix_socket(path);
    client.send(request("GET /?x HTTP/1.1"));
    EXPECT_EQ(client.read_response().body, "x");
  }
  folder.write("s", "precious");
  const Outcome outcome =
      ServerProcess::run({"-b", "unix:" + path, "--single-process", test_app("nonce")});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_EQ(read_file(path), "precious");
}

TEST(Listen, InheritedDescriptorIsServed) {
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(fd, 16), 0);
    ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    Launch launch;
    launch.arguments = {"-b", "fd://3", test_app("nonce")};
    launch.arguments.insert(launch.arguments.end(), shape.begin(), shape.end());
    launch.fd_three = fd;
    ServerProcess server(launch);
    server.wait_for_line(said::kListeningAnywhere);
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(get(ntohs(address.sin_port), "/?inherited").body, "inherited");
    }
    ::close(fd);
  }
}

TEST(Listen, SeveralAddressesAreServed) {
  const TempFolder folder;
  const std::string path = folder / "s";
  ServerProcess server({"-b", "unix:" + path, "--single-process", test_app("nonce")});
  EXPECT_EQ(get(server.port(), "/?tcp").body, "tcp");
  RawClient client = RawClient::to_unix_socket(path);
  client.send(request("GET /?unix HTTP/1.1"));
  EXPECT_EQ(client.read_response().body, "unix");
}

TEST(Listen, TakenPortIsAnErrorThatNamesIt) {
  const ServerProcess first({"--single-process", test_app("nonce")});
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    std::vector<std::string> words = {"-b", address, test_app("nonce")};
    words.insert(words.end(), shape.begin(), shape.end());
    const Outcome outcome = ServerProcess::run(words);
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_TRUE(holds(outcome.err, address));
  }
}

TEST(AccessLog, IsCombined) {
  auto server = serve("nonce");
  RawClient client(server.port());
  client.send(request("GET /p?q HTTP/1.1",
                      "Referer: http://from.example/\r\nUser-Agent: agent/1 (x)\r\n"));
  client.read_response();
  EXPECT_TRUE(
      matches(server.wait_for_access_line("/p?q"),
              "127\\.0\\.0\\.1 - - \\[\\d{2}/[A-Z][a-z]{2}/\\d{4}:\\d{2}:\\d{2}:\\d{2} "
              "[+-]\\d{4}\\] \"GET /p\\?q HTTP/1\\.1\" 200 1 "
              "\"http://from\\.example/\" \"agent/1 \\(x\\)\""));
  client.send(request("HEAD /bare HTTP/1.1"));
  client.read_response(true);
  EXPECT_TRUE(holds(server.wait_for_access_line("/bare"), "\" 200 0 \"-\" \"-\""));
}

TEST(AccessLog, CannotBeForged) {
  auto server = serve("nonce");
  RawClient client(server.port());
  client.send(request("GET /forged HTTP/1.1", "User-Agent: a\"b\\c\xff\r\n"));
  client.read_response();
  EXPECT_TRUE(holds(server.wait_for_access_line("/forged"), "\"a\\x22b\\x5Cc\\xFF\""));
}

TEST(AccessLog, HasALineForEveryRefusal) {
  auto server = serve("nonce");
  RawClient client(server.port());
  client.send("GET /refused HTTP/1.1\r\n\r\n");
  client.read_response();
  server.wait_for_access_line(" 400 ");
  RawClient garbage(server.port());
  garbage.send("\x01\x02\x03\r\n\r\n");
  garbage.read_response();
  server.wait_for_access_line(" 400 ", 2);
}

TEST(AccessLog, GoesToAFileThatCanBeRotated) {
  const TempFolder folder;
  const std::string path = folder / "access.log";
  for (const std::vector<std::string>& shape :
       {std::vector<std::string>{"--single-process"}, {"-w", "2"}}) {
    SCOPED_TRACE(shape[0]);
    std::vector<std::string> words = {"--access-logfile", path, test_app("nonce")};
    words.insert(words.end(), shape.begin(), shape.end());
    ServerProcess server(words);
    get(server.port(), "/before");
    EXPECT_TRUE(eventually([&] {
      get(server.port(), "/other");
      return read_file(path).find("/before") != std::string::npos;
    }));
    std::filesystem::rename(path, path + ".1");
    server.signal(SIGUSR1);
    EXPECT_TRUE(eventually([&] {
      get(server.port(), "/after");
      return read_file(path).find("/after") != std::string::npos;
    }));
    EXPECT_EQ(server.text(ServerProcess::Stream::Out), "");
    std::filesystem::remove(path);
  }
}

TEST(AccessLog, CanBeOff) {
  const auto server = serve("nonce", "app", {"--access-logfile", "off"});
  get(server.port(), "/unseen");
  EXPECT_EQ(server.count_lines("/unseen", ServerProcess::Stream::Out), 0U);
}

}  // namespace
}  // namespace appserver::testing
