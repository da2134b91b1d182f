// The access log, `combined` as nginx and Apache write it. Lines are formatted into a
// buffer of the I/O thread and written by a thread of its own: a slow disk or pipe
// delays no request.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/unique_fd.hpp"
#include "http/date.hpp"
#include "http/message.hpp"

namespace appserver::serve {

/// What a line says. Views are used during the call only.
struct AccessEntry {
  std::string_view remote_addr;
  std::string_view method, target;
  unsigned version = 11;  ///< 0: no request line was understood
  unsigned status = 0;
  std::uint64_t body_bytes = 0;
  std::string_view referer, user_agent;
};

class AccessLog {
 public:
  static constexpr std::size_t kBuffer = 64 * 1024;  ///< handed over at half of it
  static constexpr std::size_t kPendingMax =
      4 * 1024 * 1024;  ///< above, lines are dropped

  /// `path`: "-" standard output, "" or "off" none, else a file that is appended to.
  explicit AccessLog(std::string path);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog();

  /// False when the file could not be opened.
  [[nodiscard]] bool is_open() const { return !enabled_ || static_cast<bool>(fd_); }

  [[nodiscard]] bool has_pending() const { return !buffer_.empty(); }

  /// One line. Bytes a client chose are escaped (\xHH), so that no line can be forged.
  /// Threads: the I/O thread.
  void write(const AccessEntry& entry, http::DateCache& date, std::int64_t unix_s);
  /// Hands over what is buffered. Threads: the I/O thread.
  void flush();
  /// Opens the file anew (USR1). Threads: the I/O thread.
  void reopen();

 private:
  void run();
  static UniqueFd open_file(const std::string& path);

  std::string path_;
  UniqueFd fd_;  ///< the writer's, once it runs
  bool enabled_ = false;
  std::string buffer_;
  std::mutex mutex_;  // guards the four below
  std::condition_variable wake_;
  std::string pending_;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false, reopen_ = false;
  std::thread writer_;
};

}  // namespace appserver::serve
