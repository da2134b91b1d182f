// The process in which the app runs, seen from outside: it may crash or hang.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lint/now.hpp"

namespace appserver::lint {

/// Memory that a parent and its children share. Lives to the end of the process.
Now& shared_now();

struct ChildEnd {
  int signal = 0;           ///< that ended it; 0: none
  bool is_hung = false;     ///< a call into the app did not return, and it was killed
  bool is_done = false;     ///< `work` has returned
  bool is_stopped = false;  ///< the user wants no more, and it was killed
};

/// Forks; the child runs `work` with the writing end of a pipe and ends. Every line it
/// writes goes to `take`. When `stop_fd` (-1: none) is readable it is killed. Threads:
/// a process with one thread only.
ChildEnd run_child(Now& now, int stop_fd, const std::function<void(int fd)>& work,
                   const std::function<void(std::string_view line)>& take);

}  // namespace appserver::lint
