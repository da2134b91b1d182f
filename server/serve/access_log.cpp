// Both sides of the queue between the I/O thread and the writer. What the target does
// not take now waits here; when too much waits, the newest lines are dropped and
// counted.
#include "serve/access_log.hpp"

#include <errno.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread_signals.hpp"

namespace appserver::serve {
namespace {

constexpr int kLookMs = 200;             // at reopen and stop, while a pipe is full
constexpr std::int64_t kRetryMs = 1000;  // a disk that was full
constexpr std::int64_t kSayMs = 10'000;  // at most one line of a kind in so long
constexpr std::int64_t kLastMs = 1000;   // a stop waits no longer for a reader

/// Not 0, which means never.
std::int64_t now_ms() {
  return std::max<std::int64_t>(coarse_now_ms(), 1);
}

}  // namespace

AccessLog::AccessLog(std::string path, const config::AccessFormat& format)
    : path_(std::move(path)),
      line_(format),
      enabled_(!path_.empty() && path_ != "off") {
  if (!enabled_) return;
  if (const int error = sink_.open(path_); error != 0) {
    failure_ = std::system_category().message(error);
    return;
  }
  // Untouched pages cost nothing; growing would.
  buffer_ = std::make_unique_for_overwrite<char[]>(kHandOver + line_.longest());
  pending_.reserve(kPendingMax);
  writer_ = std::thread([this] { run(); });
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

// ---- the I/O thread ----

void AccessLog::write(const AccessEntry& entry, http::DateCache& date,
                      std::int64_t unix_s) {
  if (!enabled_) return;
  char* const at = buffer_.get() + size_;
  size_ += static_cast<std::size_t>(line_.put(at, entry, date, unix_s) - at);
  ++line_count_;
  if (size_ >= kHandOver) flush();
}

void AccessLog::flush() {
  if (size_ == 0) return;
  {
    const std::lock_guard lock(mutex_);
    if (pending_.size() + size_ > kPendingMax) {
      count_drops(line_count_);
    } else {
      pending_.append(buffer_.get(), size_);
    }
  }
  size_ = line_count_ = 0;
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

// ---- the writer ----

void AccessLog::run() {
  leave_signals_to_io_thread();
  std::string writing;
  writing.reserve(kPendingMax);
  std::unique_lock lock(mutex_);
  while (true) {
    const auto is_called = [this] {
      return !pending_.empty() || stopping_ || reopen_ || dropped_ != 0;
    };
    if (unsaid_ == 0) {
      wake_.wait(lock, is_called);
    } else {
      wake_.wait_for(lock, std::chrono::milliseconds(kSayMs), is_called);
    }
    writing.swap(pending_);
    const bool stopping = stopping_;
    lock.unlock();
    write_out(writing);
    writing.clear();
    reopen_if_asked();
    say_drops(stopping);
    lock.lock();
    if (stopping && pending_.empty()) return;
  }
}

/// Until all is written, however long that takes; at a stop not longer than kLastMs.
void AccessLog::write_out(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t n = sink_.write(lines);
    if (n > 0) {
      lines.remove_prefix(static_cast<std::size_t>(n));
      note_written();
      continue;
    }
    if (reopen_if_asked()) continue;
    if (gives_up()) return lose(lines);
    pause_after(static_cast<int>(-n));
    say_drops(false);
  }
}

/// Any error may pass: a disk gets room, a pipe another reader.
void AccessLog::pause_after(int error) {
  if (error == EAGAIN) return sink_.wait(kLookMs);
  if (!std::exchange(failing_, true) &&
      (failure_said_ms_ == 0 || now_ms() - failure_said_ms_ >= kSayMs)) {
    failure_said_ms_ = now_ms();
    log::error("access log: cannot write to " + path_ + ": " +
               std::system_category().message(error) +
               "; lines wait, and are dropped when too many do");
  }
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(kRetryMs),
                 [this] { return stopping_ || reopen_; });
}

/// False: nobody asked, or it cannot be opened; then the old one is written to.
bool AccessLog::reopen_if_asked() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(reopen_, false)) return false;
  }
  const int error = sink_.open(path_);
  if (error == 0) return true;
  log::error("access log: cannot open " + path_ +
             " again: " + std::system_category().message(error));
  return false;
}

bool AccessLog::gives_up() {
  const std::lock_guard lock(mutex_);
  if (!stopping_) return false;
  if (give_up_ms_ == 0) give_up_ms_ = now_ms() + kLastMs;
  return failing_ || now_ms() >= give_up_ms_;
}

void AccessLog::lose(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  count_drops(static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n')));
}

/// With the mutex held.
void AccessLog::count_drops(std::uint64_t lines) {
  dropped_ += lines;
  all_dropped_.fetch_add(lines, std::memory_order_relaxed);
}

void AccessLog::note_written() {
  if (!std::exchange(failing_, false)) return;
  log::info("access log: " + path_ + " takes lines again");
}

void AccessLog::say_drops(bool now) {
  {
    const std::lock_guard lock(mutex_);
    unsaid_ += std::exchange(dropped_, 0);
  }
  if (unsaid_ == 0) return;
  if (!now && drops_said_ms_ != 0 && now_ms() - drops_said_ms_ < kSayMs) return;
  drops_said_ms_ = now_ms();
  log::warning("access log: " + std::to_string(std::exchange(unsaid_, 0)) +
               " lines dropped: " + path_ + " does not take them");
}

}  // namespace appserver::serve
