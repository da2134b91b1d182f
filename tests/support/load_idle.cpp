#include "load_idle.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

namespace load {
namespace {

constexpr std::size_t kPerSource = 1000;
constexpr std::size_t kOtherDescriptors = 64;       // beside the connections
constexpr timeval kPatience{10, 0};                 // for one answer
constexpr std::uint32_t kFirstSource = 0x7F000002;  // 127.0.0.2

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void raise_descriptor_limit(std::size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = connections + kOtherDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
    fail("not enough descriptors (ulimit -Hn)");
  }
}

sockaddr_in target_of(const Options& options) {
  sockaddr_in target{};
  target.sin_family = AF_INET;
  std::uint16_t port = 0;
  std::from_chars(options.port.data(), options.port.data() + options.port.size(), port);
  target.sin_port = htons(port);
  if (::inet_pton(AF_INET, options.host.c_str(), &target.sin_addr) != 1) {
    throw std::invalid_argument("the host must be an IPv4 address: " + options.host);
  }
  return target;
}

class Idle {
 public:
  explicit Idle(const Options& options)
      : options_(options),
        target_(target_of(options)),
        request_("GET " + options.get_path + " HTTP/1.1\r\nHost: " + options.host +
                 "\r\n\r\n") {}

  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;

  ~Idle() {
    for (const int fd : connections_) ::close(fd);
  }

  /// False: the server did not answer as it should.
  bool open_one() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    connections_.push_back(fd);
    bind_source(fd);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&target_), sizeof target_) != 0)
      fail("connect");
    const auto size = static_cast<ssize_t>(request_.size());
    return ::send(fd, request_.data(), request_.size(), MSG_NOSIGNAL) == size &&
           is_answered(fd);
  }

  /// How many the server has not closed.
  [[nodiscard]] std::size_t count_open() const {
    std::size_t count = 0;
    char byte = 0;
    for (const int fd : connections_) {
      if (::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN) ++count;
    }
    return count;
  }

 private:
  void bind_source(int fd) const {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    const auto nth = static_cast<std::uint32_t>((connections_.size() - 1) / kPerSource);
    source.sin_addr.s_addr = htonl(kFirstSource + nth);
    const int on = 1;  // the port is chosen by connect, which knows the other end
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0)
      fail("bind");
  }

  bool is_answered(int fd) {
    std::array<char, 4096> buffer;
    std::string received;
    Answer answer;
    for (;;) {
      const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count <= 0) return false;
      received.append(buffer.data(), static_cast<std::size_t>(count));
      const auto found = parser_.parse(received, answer);
      if (found == AnswerParser::Found::Bad) return false;
      if (found == AnswerParser::Found::Whole) break;
    }
    return answer.status == options_.expect_status && !answer.closes &&
           answer.size == received.size();
  }

  const Options& options_;
  sockaddr_in target_;
  std::string request_;
  AnswerParser parser_;
  std::vector<int> connections_;
};

}  // namespace

int hold_idle(const Options& options) {
  sigset_t end{};  // blocked from the start: one that comes early is not lost
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &end, nullptr);
  raise_descriptor_limit(options.connections);
  Idle idle(options);
  for (std::size_t i = 0; i < options.connections; ++i) {
    if (idle.open_one()) continue;
    std::cerr << "load_client: connection " << i + 1 << " is not answered and kept\n";
    return 1;
  }
  std::printf("idle=%zu\n", options.connections);
  std::fflush(stdout);
  const timespec longest{static_cast<time_t>(options.deadline), 0};
  ::sigtimedwait(&end, nullptr, &longest);
  const std::size_t open = idle.count_open();
  std::printf("mode=idle open=%zu closed=%zu\n", open, options.connections - open);
  return open == options.connections ? 0 : 1;
}

}  // namespace load
