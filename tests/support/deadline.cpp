#include "support/deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace appserver::testing {

int Deadline::left_ms() const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      at_ - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, left.count()));
}

bool wait_for(int fd, short events, const Deadline& deadline) {
  pollfd entry{fd, events, 0};
  int ready = 0;
  do {
    ready = ::poll(&entry, 1, deadline.left_ms());
  } while (ready < 0 && errno == EINTR && !deadline.is_over());
  return ready > 0;
}

}  // namespace appserver::testing
