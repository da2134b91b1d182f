// Reads a file as it was at one moment, although somebody may be writing it: a build, a
// copy over the network.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::app {

/// 1 GiB: more is no application, and the bytes are read into memory.
inline constexpr std::uint64_t kLargestModule = std::uint64_t{1} << 30U;

struct WholeFile {
  std::vector<std::byte> bytes;

  struct stat status {};  ///< as of the reading
};

/// How read_whole_file waits for a file to rest.
struct Patience {
  int attempts = 5;
  std::chrono::milliseconds pause{100};
  /// Called after each reading, before the file is looked at again; for tests.
  std::function<void()> after_read;
};

/// Reads through one descriptor; if size, mtime or ctime changed meanwhile, waits and
/// starts again from the path (it may mean another file by then). Fails: AppLoad with
/// the reason alone ("there is no such file", "not a regular file", "larger than 1
/// GiB", "it does not rest ..."); the caller names the file.
Result<WholeFile> read_whole_file(const std::string& path,
                                  const Patience& patience = {});

/// "No such file or directory" for ENOENT; safe with threads, unlike strerror.
std::string errno_text(int error);

}  // namespace appserver::app
