// One accepted connection's socket: non-blocking reads and writes, and the ways to end
// it.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/unique_fd.hpp"

namespace appserver::net {

enum class Io : unsigned char { Done, Again, End, Failed };

struct IoResult {
  Io io = Io::Again;
  std::size_t size = 0;  ///< bytes moved; only with Done
};

class Stream {
 public:
  Stream() = default;

  explicit Stream(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] bool is_open() const { return static_cast<bool>(fd_); }

  /// One recv. End: the peer has finished sending.
  IoResult receive(char* to, std::size_t room);
  /// One send; never raises SIGPIPE.
  IoResult send(std::string_view bytes);
  /// One sendmsg of both, in this order.
  IoResult send(std::string_view first, std::string_view second);
  /// We have finished sending; what the peer still sends can be read.
  void shutdown_send();

  void close() { fd_.reset(); }

  /// Closes with a reset, so that what was sent cannot be taken for the whole.
  void reset();

 private:
  UniqueFd fd_;
};

}  // namespace appserver::net
