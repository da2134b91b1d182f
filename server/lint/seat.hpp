// Where an exchange sits: alone, or in a crowd.
#pragma once

#include <cstddef>

namespace appserver::lint {

class Crowd;

struct Seat {
  std::size_t slot = 0;    ///< of Now
  Crowd* crowd = nullptr;  ///< not owned; null: alone
  bool is_slow = false;    ///< the host takes its time
};

}  // namespace appserver::lint
