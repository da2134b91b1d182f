// Where the lines of the access log go: a file, a named pipe, standard output. Writes
// what the target takes now and never waits for a reader.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace appserver::serve {

class AccessSink {
 public:
  /// `path`: "-" standard output, else a file that is appended to and made where it is
  /// missing. Gives 0, or the errno; then what was open stays.
  int open(const std::string& path);

  /// Writes from the front of `lines`, which are whole but for the first. Gives how
  /// many bytes were taken, or -errno (-EAGAIN: none now; see wait()).
  ///
  /// A file gets all in one write: lines of several processes that append to it do not
  /// mix. A pipe gets whole lines of at most PIPE_BUF bytes together, which it takes as
  /// one; only a longer line may be torn by one of another process.
  ssize_t write(std::string_view lines);

  /// Waits until it may take more, or `ms` have gone by.
  void wait(int ms) const;

 private:
  enum class Kind : unsigned char { File, Pipe, Socket };
  UniqueFd fd_;
  Kind kind_ = Kind::File;
};

}  // namespace appserver::serve
