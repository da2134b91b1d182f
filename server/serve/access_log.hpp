// The access log. A line is made in a buffer of the I/O thread when its answer has
// left, which costs less than carrying its parts elsewhere; a thread of its own writes
// them: a slow disk, a full one or a pipe that nobody reads delays no request.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "config/access_format.hpp"
#include "http/date.hpp"
#include "serve/access_line.hpp"
#include "serve/access_sink.hpp"

namespace appserver::serve {

class AccessLog {
 public:
  static constexpr std::size_t kHandOver = 32 * 1024;  ///< lines that go on together
  /// Lines that wait for the writer; above, they are dropped and counted. As much again
  /// may be on its way. Twenty thousand requests: more than a disk pauses for.
  static constexpr std::size_t kPendingMax = 4 * 1024 * 1024;

  /// `path`: "-" standard output, "" or "off" none, else a file that is appended to.
  AccessLog(std::string path, const config::AccessFormat& format);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  /// Writes what waits; a target that takes nothing is given up after a second.
  ~AccessLog();

  /// Why the file could not be opened, or "".
  [[nodiscard]] const std::string& failure() const { return failure_; }

  [[nodiscard]] bool is_on() const { return enabled_; }

  [[nodiscard]] bool has_pending() const { return size_ != 0; }

  /// Lines that were never written. Threads: any.
  [[nodiscard]] std::uint64_t drop_count() const {
    return all_dropped_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool needs_details() const { return line_.needs_details(); }

  /// A number for a connection, from 1 on. Threads: the I/O thread.
  std::uint32_t next_connection() { return ++connections_; }

  /// One line. Threads: the I/O thread.
  void write(const AccessEntry& entry, http::DateCache& date, std::int64_t unix_s);
  /// Hands over what is buffered. Threads: the I/O thread.
  void flush();
  /// Opens the file anew (USR1). Threads: the I/O thread.
  void reopen();

 private:
  void run();
  void write_out(std::string_view lines);
  void pause_after(int error);
  bool reopen_if_asked();
  bool gives_up();
  void lose(std::string_view lines);
  void count_drops(std::uint64_t lines);
  void note_written();
  void say_drops(bool now);

  std::string path_, failure_;
  AccessLine line_;
  bool enabled_ = false;
  std::unique_ptr<char[]> buffer_;  ///< the I/O thread's
  std::size_t size_ = 0, line_count_ = 0;
  std::uint32_t connections_ = 0;

  std::mutex mutex_;  // guards the four below
  std::condition_variable wake_;
  std::string pending_;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false, reopen_ = false;

  std::atomic<std::uint64_t> all_dropped_{0};

  // The writer's, once it runs.
  AccessSink sink_;
  std::uint64_t unsaid_ = 0;  ///< drops that the error log does not know of
  std::int64_t drops_said_ms_ = 0, failure_said_ms_ = 0, give_up_ms_ = 0;  ///< 0: never
  bool failing_ = false;
  std::thread writer_;
};

}  // namespace appserver::serve
