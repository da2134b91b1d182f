// The last things said in a room, in the order of their time. Bounded.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "message.hpp"

class History {
 public:
  explicit History(std::size_t most) : most_(most) {}

  /// False: it is here already. What is older than all that a full history keeps is
  /// new to the one who asks, and not kept.
  bool add(const Said& said);

  std::vector<Said> all() const { return {said_.begin(), said_.end()}; }

  bool empty() const { return said_.empty(); }

 private:
  std::size_t most_;
  std::deque<Said> said_;
};
