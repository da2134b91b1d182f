#include "control/app_output.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "base/standard_output.hpp"

namespace appserver::control {
namespace {

// At once; then others get their turn. An app that prints without end waits for us, as
// it would for any reader.
constexpr std::size_t kReadMost = 16 * 1024;
// What a pipe holds at most, times the largest size that /proc/sys/fs/pipe-max-size
// usually allows: a grandchild that goes on printing keeps nobody from going on.
constexpr int kReadsAtEnd = 64;

}  // namespace

OutputPipe OutputPipe::open() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  OutputPipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

void OutputPipe::divert() {
  read.reset();
  if (write) divert_output(write.get());
  write.reset();
}

void AppOutput::begin(UniqueFd pipe, std::string who) {
  end();
  if (!pipe) return;
  pipe_ = std::move(pipe);
  who_ = std::move(who);
  loop_.add(pipe_.get(), EPOLLIN, *this);
}

void AppOutput::on_ready(std::uint32_t events) {
  const bool is_more = read_some();
  if (!is_more && (events & EPOLLHUP) != 0) end();
}

void AppOutput::end() {
  if (!pipe_) return;
  for (int i = 0; i < kReadsAtEnd && read_some(); ++i) {
  }
  if (!partial_.empty()) write_line(std::exchange(partial_, {}));
  loop_.remove(pipe_.get());
  pipe_.reset();
}

void AppOutput::close_in_child() {
  pipe_.reset();
}

/// False when there is nothing.
bool AppOutput::read_some() {
  std::array<char, kReadMost> bytes{};
  if (!pipe_) return false;
  const ssize_t n = ::read(pipe_.get(), bytes.data(), bytes.size());
  if (n > 0) take({bytes.data(), static_cast<std::size_t>(n)});
  return n > 0;
}

void AppOutput::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool is_whole = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(
        0, std::min(is_whole ? end : bytes.size(), kLineMost - partial_.size()));
    partial_ += piece;
    const bool is_ended = is_whole && piece.size() == end;
    bytes.remove_prefix(piece.size() + (is_ended ? 1 : 0));
    if (is_ended || partial_.size() == kLineMost)
      write_line(std::exchange(partial_, {}));
  }
}

void AppOutput::write_line(std::string_view line) {
  log::write(log::Level::Output, who_ + ": " + std::string(line));
}

}  // namespace appserver::control
