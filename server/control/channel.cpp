#include "control/channel.hpp"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>

namespace appserver::control {

std::pair<Channel, Channel> Channel::make_pair() {
  int fds[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) !=
      0) {
    return {};
  }
  return {Channel(UniqueFd(fds[0])), Channel(UniqueFd(fds[1]))};
}

bool Channel::send(const std::string& message) {
  const std::size_t size = std::min(message.size(), kMessageMost);
  return ::send(fd_.get(), message.data(), size, MSG_NOSIGNAL) ==
         static_cast<ssize_t>(size);
}

std::vector<std::string> Channel::receive(bool& ended) {
  std::vector<std::string> messages;
  std::string buffer(kMessageMost, '\0');
  while (true) {
    const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    ended = n == 0 || (n < 0 && errno != EAGAIN);
    if (n <= 0) return messages;
    messages.emplace_back(buffer.data(), static_cast<std::size_t>(n));
  }
}

std::pair<std::string, std::string> split_message(const std::string& message) {
  const auto space = message.find(' ');
  if (space == std::string::npos) return {message, ""};
  return {message.substr(0, space), message.substr(space + 1)};
}

}  // namespace appserver::control
