// What the test apps share: strings, short answers, counters, and the way to a test's
// gate. Plain use of the C header, on purpose: these apps stand in for any language.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <gateway/gateway.h>

namespace serving {

inline std::string_view view(gw_str text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

inline gw_str str(std::string_view text) {
  return {text.data(), text.size()};
}

inline gw_field field(std::string_view name, std::string_view value) {
  return {str(name), str(value)};
}

/// Starts an answer of plain text; without Content-Length.
inline gw_writer* start(const gw_environ* environ, gw_start_response* start_response,
                        std::uint32_t status = 200, std::uint32_t flags = 0) {
  const gw_field type = field("content-type", "text/plain");
  return start_response(environ, status, &type, 1, flags);
}

/// A whole answer of at most GW_TAKEN_WHOLE bytes.
inline std::int64_t answer(const gw_environ* environ, gw_start_response* start_response,
                           std::string_view text, std::uint32_t status = 200,
                           std::uint32_t flags = 0) {
  gw_writer* writer = start(environ, start_response, status, flags);
  const std::int64_t taken = writer->write(writer, text.data(), text.size(), GW_LAST);
  return taken < 0 ? taken : GW_OK;
}

/// The value of the last number in a path: "/7/100" gives 100.
inline std::uint64_t last_number(std::string_view path) {
  const std::string digits(path.substr(path.rfind('/') + 1));
  return std::strtoull(digits.c_str(), nullptr, 10);
}

/// Waits at the test's gate (a unix socket) until the test lets us go.
inline void wait_at_gate(std::string_view path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return;
  std::copy(path.begin(), path.end(), address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char byte = 'x';
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, &byte, 1, MSG_NOSIGNAL) == 1) {
    while (::recv(fd, &byte, 1, 0) > 0) {
    }
  }
  ::close(fd);
}

/// Reads a body to its end where reading waits (GW_BLOCKING) or has all (GW_BUFFERED).
/// Returns GW_OK or the code that ended it.
inline std::int64_t read_all(gw_input* input, std::string& to) {
  char buffer[4096];
  std::int64_t count = 0;
  while ((count = input->read(input, buffer, sizeof buffer)) > 0) {
    to.append(buffer, static_cast<std::size_t>(count));
  }
  return count;
}

}  // namespace serving
