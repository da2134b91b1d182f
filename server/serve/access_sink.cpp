#include "serve/access_sink.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/standard_output.hpp"

namespace appserver::serve {
namespace {

constexpr mode_t kMode = 0640;  // addresses of clients are not for everyone

/// Standard output is shared with other processes, so it cannot be made non-blocking; a
/// pipe can be opened a second time.
UniqueFd open_standard_output() {
  struct stat is {};

  const int standard = first_standard_output();
  if (::fstat(standard, &is) == 0 && S_ISFIFO(is.st_mode)) {
    const std::string name = "/proc/self/fd/" + std::to_string(standard);
    UniqueFd own(::open(name.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (own) return own;
  }
  return UniqueFd(::fcntl(standard, F_DUPFD_CLOEXEC, 3));
}

/// A named pipe that nobody reads yet is opened for both ways: the server starts, and a
/// reader may come, go and come again.
UniqueFd open_path(const std::string& path) {
  constexpr int kFlags = O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  UniqueFd fd(::open(path.c_str(), O_WRONLY | kFlags, kMode));
  if (!fd && errno == ENXIO)
    fd = UniqueFd(::open(path.c_str(), O_RDWR | kFlags, kMode));
  return fd;
}

/// The first lines of at most `most` bytes; one line and no more where it is longer.
std::string_view whole_lines(std::string_view lines, std::size_t most) {
  if (lines.size() <= most) return lines;
  std::size_t end = lines.rfind('\n', most - 1);
  if (end == std::string_view::npos) end = lines.find('\n', most);
  return lines.substr(0, std::min(end, lines.size() - 1) + 1);
}

bool takes_more(int fd) {
  pollfd ready{fd, POLLOUT, 0};
  return ::poll(&ready, 1, 0) != 0;
}

}  // namespace

int AccessSink::open(const std::string& path) {
  UniqueFd fd = path == "-" ? open_standard_output() : open_path(path);
  if (!fd) return errno;

  struct stat is {};

  if (::fstat(fd.get(), &is) != 0) return errno;

  // Our end may be all that holds a pipe, and what is in it, open.
  struct stat was {};

  if (S_ISFIFO(is.st_mode) && fd_ && ::fstat(fd_.get(), &was) == 0 &&
      was.st_dev == is.st_dev && was.st_ino == is.st_ino) {
    return 0;
  }
  kind_ = S_ISFIFO(is.st_mode)   ? Kind::Pipe
          : S_ISSOCK(is.st_mode) ? Kind::Socket
                                 : Kind::File;
  fd_ = std::move(fd);
  return 0;
}

ssize_t AccessSink::write(std::string_view lines) {
  ssize_t n = -1;
  switch (kind_) {
    case Kind::File:
      n = ::write(fd_.get(), lines.data(), lines.size());
      break;
    case Kind::Pipe:
      if (!takes_more(fd_.get())) return -EAGAIN;  // it may be a blocking one
      lines = whole_lines(lines, PIPE_BUF);
      n = ::write(fd_.get(), lines.data(), lines.size());
      break;
    case Kind::Socket:
      n = ::send(fd_.get(), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      break;
  }
  return n > 0 ? n : n == 0 ? -EAGAIN : errno == EINTR ? -EAGAIN : -errno;
}

void AccessSink::wait(int ms) const {
  pollfd ready{fd_.get(), POLLOUT, 0};
  ::poll(&ready, 1, ms);
}

}  // namespace appserver::serve
