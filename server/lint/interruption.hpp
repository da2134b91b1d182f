// The signals that end a run: they wait until what it made is removed.
#pragma once

#include <signal.h>

#include "base/unique_fd.hpp"

namespace appserver::lint {

/// While it lives INT, TERM, HUP and QUIT are held; one that came is delivered in the
/// destructor, which then does not return. Threads: the only one.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  /// Readable when one of them has come. Not to be read: the signal stays.
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  sigset_t before_{};
  UniqueFd fd_;
};

/// In a child of such a process: signals end it at once.
void stop_holding_signals();

}  // namespace appserver::lint
