// What the strict host has to say, from the child that runs the app to the parent that
// prints it.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/now.hpp"

namespace appserver::lint {

struct Finding {
  std::string rule;   ///< "S7", or empty: a note
  std::string what;   ///< what happened
  std::string where;  ///< in which call, for which request: the first time
  int times = 1;

  bool operator==(const Finding& other) const {
    return rule == other.rule && what == other.what;
  }
};

/// The child's end. Threads: any.
class Findings {
 public:
  /// `fd`: a pipe, written with whole lines; not owned.
  Findings(int fd, const Now& now) : fd_(fd), now_(now) {}

  /// A rule is broken. `what` names no number that differs from request to request, so
  /// that equal findings are counted and not repeated.
  void report(std::string_view rule, std::string_view what);

  /// Nothing is broken, and somebody will want to know.
  void note(std::string_view what) { put("", what, ""); }

 private:
  void put(std::string_view rule, std::string_view what, std::string_view where);
  const int fd_;
  const Now& now_;
  std::mutex mutex_;
};

/// "in call, GET /".
std::string where_it_is(const Now::Slot& now);

/// The parent's end: adds the finding of one line, or one more time for it.
void take_line(std::string_view line, std::vector<Finding>& all);

}  // namespace appserver::lint
