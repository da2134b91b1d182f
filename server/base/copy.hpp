// Copying a few bytes without a call: what heads and log lines are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace appserver {

/// Copies `text` to `to` and gives the end of it. `to` has room for it; the two do not
/// overlap. Texts of 4 to 32 bytes are moved in two steps that may cover each other,
/// without a loop or a call.
inline char* put(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t n = text.size();
  const auto both_ends = [&]<std::size_t kStep>() {
    struct Step {
      unsigned char bytes[kStep];
    } first,
        last;  // loaded before either is stored: the compiler keeps them in registers

    std::memcpy(&first, from, kStep);
    std::memcpy(&last, from + n - kStep, kStep);
    std::memcpy(to, &first, kStep);
    std::memcpy(to + n - kStep, &last, kStep);
  };
  if (n >= 8) {
    if (n > 32) {
      std::memcpy(to, from, n);
    } else if (n >= 16) {
      both_ends.template operator()<16>();
    } else {
      both_ends.template operator()<8>();
    }
  } else if (n >= 4) {
    both_ends.template operator()<4>();
  } else {
    for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
  }
  return to + n;
}

}  // namespace appserver
