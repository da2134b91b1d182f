// Opening a file that a client named, without leaving the root. Knows nothing of HTTP.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <utility>

namespace files {

/// A descriptor that is closed at the end; -1: none.
class Descriptor {
 public:
  Descriptor() noexcept = default;

  explicit Descriptor(int fd) noexcept : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  ~Descriptor();

  int get() const noexcept { return fd_; }

  explicit operator bool() const noexcept { return fd_ >= 0; }

  void reset() noexcept { *this = Descriptor(); }

 private:
  int fd_ = -1;
};

enum class Symlinks : std::uint8_t {
  Inside,  // followed as long as they stay below the root
  Deny,    // never followed
  Follow,  // wherever they lead
};

/// What tells one state of a file from another.
struct FileFacts {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = 0, modified_s = 0, modified_ns = 0, changed_s = 0, changed_ns = 0;

  explicit FileFacts(const struct stat& from) noexcept;
  FileFacts() noexcept = default;
  bool operator==(const FileFacts&) const noexcept = default;
};

struct Opened {
  Descriptor file;
  FileFacts facts;
  int error = 0;  // errno; EISDIR: a directory; ENXIO: neither file nor directory
};

/// Opens `path` for reading below the directory `root`; never blocks on a FIFO or
/// device. `path` is relative and holds no "..". The facts are those of the descriptor.
Opened open_beneath(int root, const char* path, Symlinks symlinks) noexcept;

/// The descriptor, also of a directory, or -errno: by openat2, where the kernel has it.
int open_by_kernel(int root, const char* path, Symlinks symlinks) noexcept;

/// Likewise, name by name; refuses every symbolic link unless they are followed
/// anywhere.
int open_by_walk(int root, const char* path, Symlinks symlinks) noexcept;

}  // namespace files
