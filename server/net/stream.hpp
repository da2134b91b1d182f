// One accepted connection's socket: non-blocking reads and writes, and the ways to end
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.hpp"
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
  /// One send of bytes that more follow at once: they may share a segment.
  IoResult send_before_more(std::string_view bytes);
  /// One sendfile of at most n bytes at `offset`. End: the file has none there, or
  /// cannot be read; Failed: the peer takes no more. For a process that ignores
  /// SIGPIPE.
  IoResult send_file(int file, std::int64_t offset, std::size_t n);
  /// We have finished sending; what the peer still sends can be read.
  void shutdown_send();
  /// The connection is lost when the peer's system has taken nothing of what was sent
  /// for so long (RFC 5482; without a word on a socket that is no TCP).
  void set_patience(Milliseconds time);

  void close() { fd_.reset(); }

  /// Closes with a reset, so that what was sent cannot be taken for the whole.
  void reset();

 private:
  UniqueFd fd_;
};

}  // namespace appserver::net
