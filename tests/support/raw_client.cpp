#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

namespace appserver::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
      0) {
    ::close(fd_);
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
}

RawClient RawClient::to_unix_socket(const std::string& path) {
  RawClient client;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  client.fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(client.fd_, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) != 0) {
    throw std::runtime_error("cannot connect to " + path);
  }
  return client;
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(other.fd_),
      ended_(other.ended_),
      was_reset_(other.was_reset_),
      received_(std::move(other.received_)) {
  other.fd_ = -1;
}

RawClient::~RawClient() {
  close();
}

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void RawClient::half_close() {
  ::shutdown(fd_, SHUT_WR);
}

bool RawClient::send(std::string_view bytes) {
  const Deadline deadline;
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    } else if (!wait_for(fd_, POLLOUT, deadline)) {
      throw std::runtime_error("the server takes no bytes");
    }
  }
  return true;
}

bool RawClient::send_in_pieces(std::string_view bytes, std::size_t size) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    if (!send(bytes.substr(0, size))) return false;
  }
  return true;
}

bool RawClient::fill(std::size_t size) {
  const std::string block(65536, 'f');
  while (size > 0) {
    if (!wait_for(fd_, POLLOUT, Deadline{std::chrono::seconds(1)})) return false;
    const ssize_t sent = ::send(fd_, block.data(), std::min(size, block.size()),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool RawClient::receive(const Deadline& deadline) {
  if (ended_) return false;
  if (!wait_for(fd_, POLLIN, deadline)) {
    throw std::runtime_error("no bytes came in time; so far: \"" +
                             received_.substr(0, 300) + "\"");
  }
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0 && errno == EINTR) return true;
  was_reset_ = count < 0;
  ended_ = true;
  return false;
}

Response RawClient::read_response(bool to_head, const Deadline& deadline) {
  ResponseReader reader(to_head);
  while (!reader.feed(received_)) {
    if (!receive(deadline)) return reader.take_at_close();
  }
  return reader.take();
}

std::string RawClient::read_until_close(const Deadline& deadline) {
  while (receive(deadline)) {
  }
  return std::move(received_);
}

const std::string& RawClient::peek(std::size_t count, const Deadline& deadline) {
  while (received_.size() < count && receive(deadline)) {
  }
  return received_;
}

std::string RawClient::take(std::size_t count, const Deadline& deadline) {
  peek(count, deadline);
  const std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

bool RawClient::expect_closed(const Deadline& deadline) {
  return received_.empty() && !receive(deadline);
}

bool RawClient::has_news() const {
  pollfd entry{fd_, POLLIN, 0};
  return !received_.empty() || ::poll(&entry, 1, 0) > 0;
}

bool RawClient::wait_for_news(const Deadline& deadline) const {
  return !received_.empty() || wait_for(fd_, POLLIN, deadline);
}

bool can_connect(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const int result =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
  return result == 0;
}

std::string request(std::string_view line, std::string_view fields) {
  return std::string(line) + "\r\nHost: test.example\r\n" + std::string(fields) +
         "\r\n";
}

Response get(std::uint16_t port, std::string_view target) {
  RawClient client(port);
  client.send(
      request("GET " + std::string(target) + " HTTP/1.1", "Connection: close\r\n"));
  return client.read_response();
}

Response post(std::uint16_t port, std::string_view target, std::string_view body) {
  RawClient client(port);
  client.send(request("POST " + std::string(target) + " HTTP/1.1",
                      "Connection: close\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n") +
              std::string(body));
  return client.read_response();
}

}  // namespace appserver::testing
