#include "commands/ctl_socket.hpp"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "base/unique_fd.hpp"

namespace appserver::commands {
namespace {

constexpr int kPatienceS = 10;
constexpr std::size_t kAnswerMost = std::size_t{64} << 20U;  // it is no server of ours

Error no_server(const std::string& path, const std::string& why) {
  return {ExitCode::CtlNoServer, "ctl: " + path + ": " + why};
}

std::string why_not_connected(int error) {
  if (error == ENOENT) return "there is no such socket; does the server run?";
  if (error == ECONNREFUSED) return "no server listens there any more";
  if (error == EACCES || error == EPERM)
    return "not permitted: only the server's user and root may ask it";
  if (error == EAGAIN) return "it does not take a connection";
  return ::strerrordesc_np(error);
}

/// Connected; else errno says why.
UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    errno = ENOENT;
    return {};
  }
  ::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{kPatienceS, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), where, sizeof address) == 0) return fd;
  const int error = errno;
  fd.reset();
  errno = error;
  return fd;
}

/// Somebody else's socket could tell us anything.
bool is_ours(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return ::geteuid() == 0 || peer.uid == 0 || peer.uid == ::geteuid();
}

bool send_all(int fd, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

/// All until the end; false when it does not come.
bool receive_all(int fd, std::string& text) {
  std::array<char, 16384> bytes{};
  while (text.size() < kAnswerMost) {
    const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (n == 0) return true;
    if (n < 0) return false;
    text.append(bytes.data(), static_cast<std::size_t>(n));
  }
  return false;
}

std::string text_of(const CtlRequest& request) {
  return request.method + " " + request.path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
         std::to_string(request.body.size()) + "\r\nConnection: close\r\n\r\n" +
         request.body;
}

bool take_apart(const std::string& text, CtlAnswer& answer) {
  constexpr std::string_view kBegin = "HTTP/1.1 ";
  const std::size_t head = text.find("\r\n\r\n");
  if (!text.starts_with(kBegin) || head == std::string::npos) return false;
  const char* const digits = text.data() + kBegin.size();
  const auto read = std::from_chars(digits, digits + 3, answer.status);
  answer.body = text.substr(head + 4);
  return read.ec == std::errc() && read.ptr == digits + 3;
}

}  // namespace

Result<std::string> find_control_socket(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    const UniqueFd fd = connect_to(path);
    if (fd && is_ours(fd.get())) found.push_back(path);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return Error{
        ExitCode::CtlNoServer,
        "ctl: no running server of this user was found; name its control socket "
        "with --socket or $APPSERVER_CONTROL, or its file with -c"};
  }
  std::string text = "ctl: several servers run; name one of them:";
  for (const std::string& path : found) text += "\n  --socket " + path;
  return Error{ExitCode::CtlUsage, text};
}

Result<CtlAnswer> ask_server(const std::string& path, const CtlRequest& request) {
  const UniqueFd fd = connect_to(path);
  if (!fd) return no_server(path, why_not_connected(errno));
  if (!is_ours(fd.get()))
    return no_server(path, "who listens there is another user; this is not asked");
  if (request.waits) {
    const timeval forever{};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof forever);
  }
  std::string text;
  if (!send_all(fd.get(), text_of(request)) || !receive_all(fd.get(), text))
    return no_server(path, "it does not answer");
  CtlAnswer answer;
  if (!take_apart(text, answer))
    return no_server(path, "who listens there is no appserver");
  return answer;
}

}  // namespace appserver::commands
