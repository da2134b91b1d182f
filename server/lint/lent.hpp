// Memory that the host lends. Every piece ends where a page begins that nobody may
// touch, is read-only while it is lent, and afterwards is gone for good: its addresses
// are never used again, so whoever comes late is seen.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gateway/gateway.h>

namespace appserver::lint {

/// What an address means to whoever touched it.
enum class Fault : int {
  Unknown = 0,  ///< no memory of ours
  Write,        ///< it is lent, and const
  Past,         ///< behind the end of a piece
  Late,         ///< its time is over
};

struct FaultPlace {
  Fault fault = Fault::Unknown;
  const char* piece = "";
  const char* owner = "";
};

/// Async-signal-safe.
FaultPlace fault_at(const void* address);

/// Pieces that are taken back together. Threads: one at a time.
class Lent {
 public:
  /// `owner`: for people, "GET / (3)".
  explicit Lent(const std::string& owner);
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  ~Lent() { take_back(); }

  /// A read-only copy; `piece` is a literal. n == 0: an address that is good for
  /// nothing.
  const void* lend(const void* bytes, std::size_t n, const char* piece);

  gw_str lend_text(std::string_view text, const char* piece) {
    return {static_cast<const char*>(lend(text.data(), text.size(), piece)),
            text.size()};
  }

  /// n bytes of zeros to write to.
  void* lend_room(std::size_t n, const char* piece);

  /// Changes a piece that lend() gave.
  void change(const void* piece, const void* bytes, std::size_t n);

  /// Takes one piece back before its time.
  void take_back(const void* piece);
  void take_back();

 private:
  char* place(std::size_t n, const char* piece);
  const char* owner_;
  std::vector<std::size_t> pieces_;  ///< numbers in the register of all
};

}  // namespace appserver::lint
