// The ceiling of scripts/bench: what the kernel alone costs. Answers every blank line
// that ends a request head with the same bytes; parses nothing, logs nothing, has no
// deadlines.
//
//   raw_epoll BODY [close]    listens on a free port of 127.0.0.1 and says which on
//                             stderr; with `close` a connection ends with its first
//                             answer
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kCarried = 3;  // of "\r\n\r\n", when a read ends inside it
constexpr std::size_t kReadBytes = 65536;
constexpr std::size_t kAnswersAtOnce = 64;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

using Tail = std::array<char, kCarried>;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

std::string answer_with(std::string_view body, bool closes) {
  std::string answer = "HTTP/1.1 200 OK\r\nServer: raw_epoll\r\n";
  answer += "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
  if (closes) answer += "Connection: close\r\n";
  answer += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: ";
  answer += std::to_string(body.size()) + "\r\n\r\n";
  return answer.append(body);
}

int listen_on_free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, any, size) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    fail("raw_epoll: listen");
  }
  if (::getsockname(fd, any, &size) != 0) fail("raw_epoll: getsockname");
  std::fprintf(stderr, "listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
  return fd;
}

class Answerer {
 public:
  Answerer(std::string_view body, bool closes)
      : one_(answer_with(body, closes)),
        closes_(closes),
        listener_(listen_on_free_port()) {
    for (std::size_t i = 0; i < kAnswersAtOnce; ++i) many_ += one_;
    if (epoll_ < 0) fail("raw_epoll: epoll_create1");
    watch(listener_);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          accept_one();
        } else if (!answer(fd)) {
          ::close(fd);
        }
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
      fail("raw_epoll: epoll_ctl");
  }

  void accept_one() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;  // a connection with one answer has nothing to wait for
    if (!closes_ && ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
      fail("raw_epoll: TCP_NODELAY");
    }
    if (tails_.size() <= static_cast<std::size_t>(fd)) {
      tails_.resize(static_cast<std::size_t>(fd) + 1);
    }
    tails_[static_cast<std::size_t>(fd)] = Tail{};
    watch(fd);
  }

  // False: the connection is over. Answers are small and clients of a benchmark read
  // them: a send that is not taken whole ends the connection instead of being
  // continued.
  bool answer(int fd) {
    Tail& tail = tails_[static_cast<std::size_t>(fd)];
    std::memcpy(buffer_.data(), tail.data(), kCarried);
    const ssize_t got = ::recv(fd, buffer_.data() + kCarried, kReadBytes, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    const std::string_view seen(buffer_.data(),
                                kCarried + static_cast<std::size_t>(got));
    std::memcpy(tail.data(), seen.data() + seen.size() - kCarried, kCarried);
    for (std::size_t left = heads_in(seen); left > 0;) {
      const std::size_t now = left < kAnswersAtOnce ? left : kAnswersAtOnce;
      const auto bytes = static_cast<ssize_t>(now * one_.size());
      if (::send(fd, many_.data(), now * one_.size(), MSG_NOSIGNAL) != bytes)
        return false;
      left -= now;
      if (closes_) return false;
    }
    return true;
  }

  static std::size_t heads_in(std::string_view bytes) {
    std::size_t count = 0;
    for (std::size_t at = 0;; at += kHeadEnd.size(), ++count) {
      const void* const end = ::memmem(bytes.data() + at, bytes.size() - at,
                                       kHeadEnd.data(), kHeadEnd.size());
      if (end == nullptr) return count;
      at = static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data());
    }
  }

  std::string one_, many_;
  bool closes_;
  int listener_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Tail> tails_;  // by descriptor
  std::array<char, kCarried + kReadBytes> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  const bool closes = argc == 3 && std::strcmp(argv[2], "close") == 0;
  if (argc != 2 && !closes) {
    std::fprintf(stderr, "usage: raw_epoll BODY [close]\n");
    return 2;
  }
  Answerer(argv[1], closes).run();
}
