// Short messages between the supervisor and a child of it, over a socket pair that
// keeps their boundaries, and descriptors with them. A message is words of text; the
// last may hold spaces.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace appserver::control {

class Channel {
 public:
  static constexpr std::size_t kMessageMost = 16 * 1024;  ///< longer ones are cut

  Channel() = default;

  explicit Channel(UniqueFd fd) : fd_(std::move(fd)) {}

  /// Both ends, non-blocking, close-on-exec. Empty channels when out of descriptors.
  static std::pair<Channel, Channel> make_pair();

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] bool is_open() const { return static_cast<bool>(fd_); }

  void close() { fd_.reset(); }

  struct Message {
    std::string text;
    std::vector<UniqueFd> fds;  ///< that came with it
  };

  static constexpr std::size_t kFdsMost = 64;  ///< with one message

  /// False when the other end is gone or does not read. Of `fds`, at most kFdsMost, it
  /// gets duplicates.
  bool send(const std::string& message, const std::vector<int>& fds = {});
  /// The messages that have come. `ended`: the other end is closed.
  std::vector<Message> receive(bool& ended);

 private:
  UniqueFd fd_;
};

/// Splits "word rest of it" at the first space.
std::pair<std::string, std::string> split_message(const std::string& message);

}  // namespace appserver::control
