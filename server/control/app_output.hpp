// What apps print: standard output and standard error of a child lead through a pipe to
// the first process, which writes it to the error log line by line. A pipe, and read
// there, because what a process wrote before it crashed is still in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

/// Made before the fork. Without descriptors left it is empty and diverts nothing.
struct OutputPipe {
  UniqueFd read, write;

  static OutputPipe open();
  /// In the child: 1 and 2 lead to it from now on; the logs keep what was there.
  void divert();
};

/// Threads: the first process's only one.
class AppOutput final : public net::Watch {
 public:
  static constexpr std::size_t kLineMost = 8192;  ///< longer ones are cut into several

  explicit AppOutput(net::EventLoop& loop) : loop_(loop) {}

  AppOutput(const AppOutput&) = delete;
  AppOutput& operator=(const AppOutput&) = delete;

  ~AppOutput() { end(); }

  /// Reads from `pipe`; `who` stands before every line: "worker 1 (pid 4711)".
  void begin(UniqueFd pipe, std::string who);
  void on_ready(std::uint32_t events) override;
  /// The process has ended: what is left of it is read, and the rest of a line written.
  void end();
  /// In a forked child: closes our end.
  void close_in_child();

 private:
  bool read_some();
  void take(std::string_view bytes);
  void write_line(std::string_view line);

  net::EventLoop& loop_;
  UniqueFd pipe_;
  std::string who_;
  std::string partial_;  ///< of a line
};

}  // namespace appserver::control
