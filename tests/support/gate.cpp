#include "support/gate.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace appserver::testing {

void Visit::release() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool Visit::left(const Deadline& deadline) const {
  char byte = 0;
  while (wait_for(fd_, POLLIN, deadline)) {
    if (::recv(fd_, &byte, 1, 0) <= 0) return true;
  }
  return false;
}

Gate::Gate() : path_(folder_ / "gate") {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path)
    throw std::runtime_error("path too long");
  std::copy(path_.begin(), path_.end(), address.sun_path);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0 ||
      ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd_, 128) != 0) {
    throw std::runtime_error("cannot open the gate " + path_);
  }
}

Gate::~Gate() {
  ::close(fd_);
}

Visit Gate::next(const Deadline& deadline) {
  if (!wait_for(fd_, POLLIN, deadline))
    throw std::runtime_error("nobody came to the gate");
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) throw std::runtime_error("the gate is broken");
  Visit visit(fd);
  char byte = 0;
  if (!wait_for(fd, POLLIN, deadline) || ::recv(fd, &byte, 1, 0) != 1) {
    throw std::runtime_error("a visitor left the gate at once");
  }
  return visit;
}

bool Gate::has_visitor() const {
  pollfd entry{fd_, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace appserver::testing
