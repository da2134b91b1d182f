// What tests of the control socket and of the admin listener share.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "support/expect.hpp"

namespace appserver::testing {

inline constexpr std::string_view kProbesOn = "probes and metrics on http://127.0.0.1:";

/// A server with a control socket and an admin listener.
struct Operated {
  explicit Operated(std::vector<std::string> words)
      : server(launch_of(std::move(words))) {
    const std::string line = server.wait_for_line(kProbesOn);
    const std::size_t at = line.find(kProbesOn) + kProbesOn.size();
    std::from_chars(line.data() + at, line.data() + line.size(), admin_port);
    server.wait_for_line("control socket ");
  }

  Launch launch_of(std::vector<std::string> words) {
    Launch launch;
    launch.arguments = {"-b",   "127.0.0.1:0",  "--control-socket",
                        socket, "--admin-bind", "127.0.0.1:0"};
    launch.arguments.insert(launch.arguments.end(), words.begin(), words.end());
    return launch;
  }

  [[nodiscard]] Response probe(std::string_view path) const {
    return get(admin_port, path);
  }

  [[nodiscard]] Response ask(std::string_view line, std::string_view body = "") const {
    auto client = RawClient::to_unix_socket(socket);
    client.send(
        request(line, "Content-Length: " + std::to_string(body.size()) + "\r\n"));
    client.send(body);
    return client.read_response();
  }

  [[nodiscard]] boost::json::object report(const std::string& name) const {
    return boost::json::parse(ask("GET /" + name + " HTTP/1.1").body).as_object();
  }

  /// `appserver ctl` with these words and this server's socket.
  [[nodiscard]] Outcome ctl(std::vector<std::string> words) const {
    words.insert(words.begin(), {"ctl", "--socket", socket});
    return ServerProcess::run(std::move(words));
  }

  TempFolder folder;
  std::string socket = folder / "control.sock";
  ServerProcess server;
  std::uint16_t admin_port = 0;
};

}  // namespace appserver::testing
