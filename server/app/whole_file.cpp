#include "app/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

#include "base/unique_fd.hpp"

namespace appserver::app {
namespace {

bool is_same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && is_same(a.st_mtim, b.st_mtim) &&
         is_same(a.st_ctim, b.st_ctim);
}

Result<UniqueFd> open_regular(const std::string& path, struct stat& status) {
  // O_NONBLOCK: a FIFO must be refused, not waited for. It means nothing to regular
  // files.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return app_error(errno_text(errno));
  if (::fstat(fd.get(), &status) != 0) return app_error(errno_text(errno));
  if (!S_ISREG(status.st_mode)) return app_error("it is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > kLargestModule) {
    return app_error("it is larger than 1 GiB");
  }
  return fd;
}

/// Fewer bytes than asked for if the file has become shorter; -1 on failure.
ssize_t read_fully(int fd, std::vector<std::byte>& into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const ssize_t n = ::read(fd, into.data() + have, into.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(have);
}

}  // namespace

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

Result<WholeFile> read_whole_file(const std::string& path, const Patience& patience) {
  for (int attempt = 0; attempt < patience.attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(patience.pause);
    WholeFile file;
    const auto fd = open_regular(path, file.status);
    if (!fd) return fd.error();
    file.bytes.resize(static_cast<std::size_t>(file.status.st_size));
    const ssize_t got = read_fully(fd->get(), file.bytes);
    if (got < 0) return app_error("reading it failed: " + errno_text(errno));
    if (patience.after_read) patience.after_read();

    struct stat after {};

    if (::fstat(fd->get(), &after) != 0) return app_error(errno_text(errno));
    const bool is_whole = static_cast<std::size_t>(got) == file.bytes.size();
    if (is_whole && is_unchanged(file.status, after)) return file;
  }
  return app_error(
      "it changed during each of " + std::to_string(patience.attempts) +
      " readings; let the build finish, or put a finished file in its place "
      "with mv");
}

}  // namespace appserver::app
