// The kernel resolves the path beneath the root in one step, so that no rename between
// a check and an open can lead outside.
#include "safe_open.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

namespace files {
namespace {

constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// openat2 gives EAGAIN when something below the root was renamed at the same moment.
constexpr int kTries = 4;

std::uint64_t resolution(Symlinks symlinks) noexcept {
  switch (symlinks) {
    case Symlinks::Follow:
      return RESOLVE_NO_MAGICLINKS;
    case Symlinks::Deny:
      return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
    default:
      return RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  }
}

bool kernel_lacks_it(int result) noexcept {
  // EPERM: filters of system calls that are older than openat2 refuse it so.
  return result == -ENOSYS || result == -EPERM;
}

int result_of(int fd) noexcept {
  return fd >= 0 ? fd : -errno;
}

int open_somehow(int root, const char* path, Symlinks symlinks) noexcept {
  static std::atomic<bool> lacks_openat2 = false;
  if (!lacks_openat2.load(std::memory_order_relaxed)) {
    const int result = open_by_kernel(root, path, symlinks);
    if (!kernel_lacks_it(result)) return result;
    // A file system may say EPERM as well: only for "." it is certainly the kernel.
    const int probe = open_by_kernel(root, ".", symlinks);
    if (probe >= 0) close(probe);
    if (!kernel_lacks_it(probe)) return result;
    lacks_openat2.store(true, std::memory_order_relaxed);
  }
  return open_by_walk(root, path, symlinks);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

FileFacts::FileFacts(const struct stat& from) noexcept
    : device(from.st_dev),
      inode(from.st_ino),
      size(from.st_size),
      modified_s(from.st_mtim.tv_sec),
      modified_ns(from.st_mtim.tv_nsec),
      changed_s(from.st_ctim.tv_sec),
      changed_ns(from.st_ctim.tv_nsec) {}

int open_by_kernel(int root, const char* path, Symlinks symlinks) noexcept {
  open_how how{};
  how.flags = kFlags;
  how.resolve = resolution(symlinks);
  int result = -EAGAIN;
  for (int i = 0; i < kTries && result == -EAGAIN; ++i) {
    result =
        result_of(static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof how)));
  }
  return result;
}

int open_by_walk(int root, const char* path, Symlinks symlinks) noexcept {
  if (symlinks == Symlinks::Follow) return result_of(openat(root, path, kFlags));
  Descriptor held;
  int folder = root;
  std::string_view rest(path);
  for (;;) {
    const std::size_t end = rest.find('/');
    const std::string_view name = rest.substr(0, end);
    char text[NAME_MAX + 1];
    if (name.size() > NAME_MAX) return -ENAMETOOLONG;
    if (name == "..") return -EXDEV;
    std::memcpy(text, name.empty() ? "." : name.data(), name.empty() ? 1 : name.size());
    text[name.empty() ? 1 : name.size()] = '\0';
    if (end == std::string_view::npos) {
      return result_of(openat(folder, text, kFlags | O_NOFOLLOW));
    }
    const int next =
        openat(folder, text, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0) return -errno;
    held = Descriptor(next);
    folder = next;
    rest.remove_prefix(end + 1);
  }
}

Opened open_beneath(int root, const char* path, Symlinks symlinks) noexcept {
  Opened opened;
  const int fd = open_somehow(root, path, symlinks);
  if (fd < 0) {
    opened.error = -fd;
    return opened;
  }
  opened.file = Descriptor(fd);
  struct stat facts;
  if (fstat(fd, &facts) != 0) {
    opened.error = errno;
    return opened;
  }
  if (S_ISDIR(facts.st_mode)) {
    opened.error = EISDIR;
  } else if (!S_ISREG(facts.st_mode)) {
    opened.error = ENXIO;
  }
  opened.facts = FileFacts(facts);
  return opened;
}

}  // namespace files
