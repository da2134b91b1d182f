// An assertion that stays in every build: libFuzzer and the replay see it as a crash.
#pragma once

#include <cstdlib>

namespace appserver::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace appserver::fuzz
