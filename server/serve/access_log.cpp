#include "serve/access_log.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/log.hpp"
#include "base/thread_signals.hpp"

namespace appserver::serve {
namespace {

/// nginx's rule: '"', '\' and everything outside printable ASCII becomes \xHH; "-" if
/// empty.
void append_escaped(std::string& out, std::string_view text,
                    bool absent_is_dash = true) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  static constexpr std::size_t kMost =
      2048;  // of one variable; clients choose its length
  if (text.empty() && absent_is_dash) {
    out += '-';
    return;
  }
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      const std::array<char, 4> escape{'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
      out.append(escape.data(), escape.size());
    }
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const char* end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

/// Waits where the descriptor is non-blocking; gives up on any other error.
bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

UniqueFd AccessLog::open_file(const std::string& path) {
  if (path == "-") return UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  return UniqueFd(
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
}

AccessLog::AccessLog(std::string path)
    : path_(std::move(path)), enabled_(!path_.empty() && path_ != "off") {
  if (!enabled_) return;
  fd_ = open_file(path_);
  buffer_.reserve(kBuffer);
  pending_.reserve(kPendingMax);  // untouched pages cost nothing; growing would
  if (fd_) writer_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  flush();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
}

void AccessLog::write(const AccessEntry& entry, http::DateCache& date,
                      std::int64_t unix_s) {
  if (!enabled_) return;
  std::string& out = buffer_;
  append_escaped(out, entry.remote_addr);
  out += " - - [";
  out += date.log_time(unix_s);
  out += "] \"";
  if (entry.version != 0) {
    append_escaped(out, entry.method, false);
    out += ' ';
    append_escaped(out, entry.target, false);
    out += entry.version == 10 ? " HTTP/1.0" : " HTTP/1.1";
  }
  out += "\" ";
  append_number(out, entry.status);
  out += ' ';
  append_number(out, entry.body_bytes);
  out += " \"";
  append_escaped(out, entry.referer);
  out += "\" \"";
  append_escaped(out, entry.user_agent);
  out += "\"\n";
  if (out.size() > kBuffer / 2) flush();
}

void AccessLog::flush() {
  if (buffer_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.size() + buffer_.size() > kPendingMax) {
      dropped_ +=
          static_cast<std::uint64_t>(std::count(buffer_.begin(), buffer_.end(), '\n'));
    } else {
      pending_ += buffer_;
    }
  }
  buffer_.clear();
  wake_.notify_one();
}

void AccessLog::reopen() {
  flush();
  {
    const std::lock_guard lock(mutex_);
    reopen_ = path_ != "-";
  }
  wake_.notify_one();
}

void AccessLog::run() {
  leave_signals_to_io_thread();
  std::string writing;
  writing.reserve(kPendingMax);
  bool failed = false;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return !pending_.empty() || stopping_ || reopen_; });
    writing.swap(pending_);
    const std::uint64_t dropped = std::exchange(dropped_, 0);
    const bool reopen = std::exchange(reopen_, false);
    const bool stopping = stopping_;
    lock.unlock();
    if (dropped > 0)
      log::warning("access log: " + std::to_string(dropped) + " lines dropped");
    if (!write_all(fd_.get(), writing) && !std::exchange(failed, true)) {
      log::error("access log: cannot write to " + path_);
    }
    writing.clear();
    if (reopen) {
      if (UniqueFd fresh = open_file(path_)) fd_ = std::move(fresh), failed = false;
    }
    lock.lock();
    if (stopping && pending_.empty()) return;
  }
}

}  // namespace appserver::serve
