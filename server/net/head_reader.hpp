// Finds and parses a request head with Boost.Beast's basic_parser, into views: no
// basic_fields, no string, no allocation. Beast stays in the .cpp.
#pragma once

#include <cstddef>
#include <span>

#include "http/message.hpp"

namespace appserver::net {

/// What may be at most in a head (settings limit_request_*).
struct HeadLimits {
  std::size_t line = 8190;   ///< bytes of the request line; above: 414
  std::size_t field = 8190;  ///< bytes of a field line; above: 431
  std::size_t fields = 100;  ///< above: 431; at most the size of the field table
  std::size_t head = 32768;  ///< bytes in all; above: 431
};

enum class HeadProgress : unsigned char { Complete, NeedMore, Refused };

/// Reads one head from the start of `bytes` (which it may change: names are turned to
/// lower case in place). Empty lines before it are skipped (RFC 9112 2.2) and count
/// into head.size. `scanned` remembers, between calls that said NeedMore, how far the
/// end was looked for. Refused: `rejection` says with what: 400, 414, 431, 505. Lives:
/// views of `head` point into `bytes`, its fields into `table`.
HeadProgress read_head(std::span<char> bytes, std::span<http::Field> table,
                       const HeadLimits& limits, http::RequestHead& head,
                       http::Rejection& rejection);

}  // namespace appserver::net
