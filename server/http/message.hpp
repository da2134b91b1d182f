// The values that HTTP is made of here: fields, a request head as views, and how a peer
// is refused. No sockets, no Boost.Asio, no Beast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <boost/system/result.hpp>

#include <gateway/gateway.h>

namespace appserver::http {

/// The parser writes fields in the form the ABI hands to apps, so that nothing is
/// copied.
using Field = gw_field;

inline std::string_view view(gw_str s) {
  return {s.p, s.n};
}

inline gw_str str(std::string_view s) {
  return {s.data() != nullptr ? s.data() : "", s.size()};
}

/// A peer's fault: the status to answer before the connection closes.
/// `why` is a literal for the error log, in lower case: "two Host fields".
struct Rejection {
  std::uint16_t status = 400;
  const char* why = "";
};

template <class T>
using Checked = boost::system::result<T, Rejection>;
[[noreturn]] void throw_exception_from_error(const Rejection&,
                                             const boost::source_location&);

inline constexpr std::size_t kNotableBits = 64;

/// A request head after parsing and before judging. Lives: views into the receive
/// buffer.
struct RequestHead {
  /// The request line, without CRLF, of a head that was scanned and not refused: there
  /// method, target and version stand behind each other with one SP between.
  [[nodiscard]] std::string_view line() const {
    constexpr std::size_t kBesides = sizeof "  HTTP/1.1" - 1;
    return {method.data(), method.size() + target.size() + kBesides};
  }

  std::string_view method, target;
  unsigned version = 11;    ///< 10 or 11
  std::span<Field> fields;  ///< names in lower case, wire order
  std::size_t size = 0;     ///< bytes of the head on the wire
  /// Bit i not set: field i is none of http/known_fields.hpp. Later fields have no bit.
  std::uint64_t notable = ~std::uint64_t{0};
};

}  // namespace appserver::http
