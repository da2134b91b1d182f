// Holds an app at a known place until the test lets it go on: the app connects to a
// unix socket, says one byte and reads until the test closes. No clock is involved.
#pragma once

#include <string>

#include "support/deadline.hpp"
#include "support/temp_folder.hpp"

namespace appserver::testing {

/// One app that waits at the gate. Goes on when this is released or destroyed.
class Visit {
 public:
  explicit Visit(int fd) : fd_(fd) {}

  Visit(Visit&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

  Visit& operator=(Visit&&) = delete;

  ~Visit() { release(); }

  void release();

  /// Waits until the visitor's end is closed: it has gone on, or its process is dead.
  [[nodiscard]] bool left(const Deadline& deadline = Deadline{}) const;

 private:
  int fd_;
};

class Gate {
 public:
  Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  /// What the app is told, in a query or its config.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Waits for the next app. Throws when none came in time.
  Visit next(const Deadline& deadline = Deadline{});

  /// Is somebody waiting now?
  [[nodiscard]] bool has_visitor() const;

 private:
  TempFolder folder_;
  std::string path_;
  int fd_ = -1;
};

}  // namespace appserver::testing
