#include "bridge/file_parts.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace appserver::bridge {

std::int32_t FilePart::open(int fd, std::int64_t offset, std::int64_t length,
                            FilePart& part) {
  struct stat facts {};

  if (offset < 0 || length < -1 || ::fstat(fd, &facts) != 0) return GW_E_INVALID;
  if (!S_ISREG(facts.st_mode) || offset > facts.st_size) return GW_E_INVALID;
  const std::int64_t most = facts.st_size - offset;
  if (length > most) return GW_E_INVALID;
  const int flags = ::fcntl(fd, F_GETFL);
  const bool is_readable =
      flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_WRONLY;
  if (!is_readable) return GW_E_INVALID;
  part.fd_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!part.fd_) return GW_E_NOMEM;
  part.offset_ = offset;
  part.left_ = static_cast<std::uint64_t>(length < 0 ? most : length);
  return GW_OK;
}

std::int64_t FilePart::read(void* to, std::size_t cap) {
  const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(cap, left_));
  if (n == 0) return 0;
  ssize_t got = -1;
  do {
    got = ::pread(fd_.get(), to, n, offset_);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return GW_E_APP;
  advance(static_cast<std::uint64_t>(got));
  return got;
}

std::uint64_t FileParts::left() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    sum += places_[(first_ + i) % kMost].part.left();
  }
  return sum;
}

void FileParts::clear() {
  while (count_ > 0) {
    places_[first_] = {};
    first_ = (first_ + 1) % kMost;
    --count_;
  }
  marked_ = 0;
}

}  // namespace appserver::bridge
