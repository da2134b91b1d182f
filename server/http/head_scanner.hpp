// Finds and takes apart a request head in one pass, into views: no string, no
// allocation, and no byte is read twice when a head arrives in pieces.
// Spec: RFC 9112 2 to 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "http/message.hpp"

namespace appserver::http {

/// What may be at most in a head (settings limit_request_*).
struct HeadLimits {
  std::size_t line = 8190;   ///< bytes of the request line; above: 414
  std::size_t field = 8190;  ///< bytes of a field line; above: 431
  std::size_t fields = 100;  ///< above: 431; at most the size of the field table
  std::size_t head = 32768;  ///< bytes in all; above: 431
};

enum class HeadProgress : unsigned char { Complete, NeedMore, Refused };

/// A method is a token of at most so many bytes; the longest registered one has 17. A
/// longer one: 501 (RFC 9112 3).
inline constexpr std::size_t kLongestMethod = 32;

/// Scans one head after the other. What a head is refused for does not depend on where
/// it was cut: it is the first byte that no request can have.
class HeadScanner {
 public:
  /// Scans the head at the start of `bytes`, which it changes: names are turned to
  /// lower case in place. Empty lines before it are skipped (RFC 9112 2.2) and count
  /// into head.size. After NeedMore call again with the same bytes and more behind
  /// them: it goes on where it stopped, or from the start if the bytes have moved.
  /// Refused: `rejection` says with what: 400, 414, 431, 501, 505. Lives: views of
  /// `head` point into `bytes`, its fields into `table`, which must keep what was
  /// written into it between two calls. Threads: one.
  HeadProgress scan(std::span<char> bytes, std::span<Field> table,
                    const HeadLimits& limits, RequestHead& head, Rejection& rejection);

  /// Other bytes come: forgets the head that was incomplete.
  void restart() { base_ = nullptr; }

  enum class Part : unsigned char { Method, Target, Version, Name, Value };

  /// Where the scan of an incomplete head stopped; offsets into the bytes.
  struct Place {
    Part part = Part::Method;
    std::uint32_t text = 0;   ///< the head, behind empty lines
    std::uint32_t line = 0;   ///< the line that is not whole
    std::uint32_t mark = 0;   ///< in it: the end of the name, or the target
    std::uint32_t at = 0;     ///< all before it is scanned
    std::uint32_t count = 0;  ///< whole fields
  };

 private:
  const char* base_ = nullptr;  ///< the bytes that place_ speaks of; nullptr: none
  Place place_;
};

}  // namespace appserver::http
