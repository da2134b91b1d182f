// Datagrams between the workers of one server: each has a Unix socket in a folder that
// only their user may enter. Who is in the folder hears; who cannot be reached is dead.
// Knows nothing of what is said.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A descriptor. Lives: closes it.
class OwnFd {
 public:
  explicit OwnFd(int fd = -1) noexcept : fd_(fd) {}

  OwnFd(const OwnFd&) = delete;
  OwnFd& operator=(const OwnFd&) = delete;
  ~OwnFd();

  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// Nothing is kept for a sibling that does not read: it is waited for kPatience, then
/// passed over for kSulk. What it misses it never hears. While it is waited for, what
/// comes is taken in: two that send to each other must not wait for each other.
///
/// Threads: one at a time, but fd().
class Bus {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};
  static constexpr std::chrono::milliseconds kSulk{5000};
  static constexpr std::size_t kInboxMost = 1024;  // datagrams; more are dropped
  static constexpr std::size_t kDatagramMost = 192 * 1024;  // Linux' usual buffer: 208

  /// Joins; makes the folder if it is not there.
  /// Fails: std::runtime_error, also where the folder is open to others.
  explicit Bus(std::filesystem::path folder);
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  /// Leaves; takes the folder away if it was the last.
  ~Bus();

  /// The name that the others know this worker by: 16 hexadecimal digits.
  const std::string& name() const noexcept { return name_; }

  /// Readable when receive() has something.
  int fd() const noexcept { return socket_.get(); }

  /// Sends to one, or to all. The names of those that are gone are added to `gone`.
  void send(std::string_view to, std::string_view bytes,
            std::vector<std::string>& gone);
  void send_all(std::string_view bytes, std::vector<std::string>& gone);

  /// The next datagram; false: there is none now, and fd() tells of the next. To be
  /// asked until then after every send.
  bool receive(std::string& bytes);

  /// Somebody was heard of. True: for the first time.
  bool meet(std::string_view name);
  void part(std::string_view name);

  std::vector<std::string> siblings() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Sibling {
    std::string name;
    Clock::time_point sulks_until{};
  };

  void look_around();
  bool deliver(Sibling& sibling, std::string_view bytes);
  bool take_in();

  std::filesystem::path folder_;
  std::string name_;
  OwnFd socket_;
  std::vector<Sibling> siblings_;
  std::deque<std::string> inbox_;
  std::string buffer_;
};

/// Where the workers of the server that runs this process meet: its folder is named
/// after the supervisor, or after this process where there is none.
std::filesystem::path default_bus_folder();
