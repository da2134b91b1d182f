// What the child is doing, in memory that the parent sees: the last words of one that
// crashed or hangs.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace appserver::lint {

/// Written by one thread at a time but for `log` lines from elsewhere, which only read.
struct Now {
  std::atomic<std::uint64_t> began_ns{0};  ///< of the call into the app; 0: in none
  std::atomic<std::uint32_t> step{0};      ///< of the battery, to go on behind it
  std::array<char, 48> call{};
  std::array<char, 160> request{};

  // Of the fault, written by the signal handler.
  std::atomic<int> signal{0};
  std::atomic<int> fault{0};  ///< a Fault of lent.hpp
  std::array<char, 48> piece{};
  std::array<char, 160> owner{};
};

/// Copies what fits. Async-signal-safe.
template <std::size_t N>
void put_text(std::array<char, N>& to, std::string_view text) {
  const std::size_t n = text.size() < N - 1 ? text.size() : N - 1;
  std::memcpy(to.data(), text.data(), n);
  to[n] = '\0';
}

}  // namespace appserver::lint
