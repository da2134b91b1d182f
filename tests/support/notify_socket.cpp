#include "support/notify_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace appserver::testing {

NotifySocket::NotifySocket(bool abstract)
    : name_((abstract ? "@" : "") + (folder_ / "notify")) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name_.size() >= sizeof address.sun_path)
    throw std::runtime_error("path too long");
  std::copy(name_.begin(), name_.end(), address.sun_path);
  if (abstract) address.sun_path[0] = '\0';
  const std::size_t size = abstract ? name_.size() : name_.size() + 1;
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size)) != 0) {
    throw std::runtime_error("cannot bind " + name_);
  }
}

NotifySocket::~NotifySocket() {
  ::close(fd_);
}

bool NotifySocket::read_one() {
  std::array<char, 4096> datagram{};
  const ssize_t n = ::recv(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT);
  if (n >= 0) heard_.emplace_back(datagram.data(), static_cast<std::size_t>(n));
  return n >= 0;
}

std::string NotifySocket::wait_for(std::string_view words, const Deadline& deadline) {
  while (true) {
    while (seen_ < heard_.size()) {
      const std::string& text = heard_[seen_++];
      if (text.find(words) != std::string::npos) return text;
    }
    if (!read_one() && !appserver::testing::wait_for(fd_, POLLIN, deadline)) break;
  }
  std::string all;
  for (const std::string& text : heard_) all += "[" + text + "]\n";
  throw std::runtime_error("nobody said " + std::string(words) + "; heard:\n" + all);
}

const std::vector<std::string>& NotifySocket::heard() {
  while (read_one()) {
  }
  return heard_;
}

}  // namespace appserver::testing
