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

struct Now {
  static constexpr std::size_t kCrowd = 3;  ///< exchanges in flight at once, at most

  /// What one exchange is doing. Written by one thread at a time.
  struct Slot {
    std::atomic<std::uint64_t> began_ns{0};  ///< of the call into the app; 0: in none
    std::array<char, 48> call{};
    std::array<char, 160> request{};
  };

  std::array<Slot, 1 + kCrowd>
      slots;  ///< the first: what is alone, and threads of apps
  std::atomic<std::uint32_t> step{0};  ///< of the battery, to go on behind it
  std::atomic<std::size_t> last{0};    ///< the slot that crashed or hangs

  /// The slot of the exchange that this thread serves now.
  static std::size_t& number_here() {
    static thread_local std::size_t number = 0;
    return number;
  }

  Slot& mine() { return slots[number_here()]; }

  [[nodiscard]] const Slot& mine() const { return slots[number_here()]; }

  /// Has a call into the app taken longer than `most`? In nanoseconds. Then it is
  /// `last`.
  bool is_hung(std::uint64_t at_ns, std::uint64_t most) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::uint64_t began = slots[i].began_ns;
      if (began == 0 || at_ns <= began + most) continue;
      last = i;
      return true;
    }
    return false;
  }

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
