// Classes of bytes as one table: what RFC 9110 5.6 and RFC 3986 2 call tchar, VCHAR,
// HEXDIG...
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace appserver::http {

inline constexpr std::uint8_t kTokenByte = 1;  ///< tchar (RFC 9110 5.6.2)
inline constexpr std::uint8_t kFieldByte =
    2;  ///< TAB, SP, VCHAR, obs-text (RFC 9110 5.5)
inline constexpr std::uint8_t kTargetByte =
    4;  ///< in a target as itself: not '#', '%', '?', '\'
inline constexpr std::uint8_t kHostByte =
    8;  ///< unreserved, sub-delims (RFC 3986 3.2.2)
inline constexpr std::uint8_t kDigitByte = 16;

namespace detail {

constexpr bool is_alnum(unsigned c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_one_of(unsigned c, std::string_view set) {
  return c != 0 && c < 0x80 && set.find(static_cast<char>(c)) != std::string_view::npos;
}

constexpr std::uint8_t classes_of(unsigned c) {
  unsigned classes = 0;
  if (is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~")) classes |= kTokenByte;
  if (c == '\t' || (c >= 0x20 && c != 0x7f)) classes |= kFieldByte;
  if (c > 0x20 && c < 0x7f && !is_one_of(c, "#%?\\")) classes |= kTargetByte;
  if (is_alnum(c) || is_one_of(c, "-._~!$&'()*+,;=")) classes |= kHostByte;
  if (c >= '0' && c <= '9') classes |= kDigitByte;
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) table[c] = classes_of(c);
  return table;
}

constexpr std::array<std::uint8_t, 256> make_hex() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const unsigned value = digit ? c - '0' : letter ? (c | 0x20u) - 'a' + 10 : 16;
    table[c] = static_cast<std::uint8_t>(value);
  }
  return table;
}

inline constexpr auto kClasses = make_classes();
inline constexpr auto kHex = make_hex();

}  // namespace detail

/// Is `c` of one of `classes`?
constexpr bool has(char c, std::uint8_t classes) {
  return (detail::kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

/// The first byte from `p` on that is of none of the one class `kind`, or `end`. Four
/// bytes a step: their entries are ANDed.
inline const char* skip(const char* p, const char* end, std::uint8_t kind) {
  const auto entry = [&p](int i) {
    return detail::kClasses[static_cast<unsigned char>(p[i])];
  };
  while (end - p >= 4 && (entry(0) & entry(1) & entry(2) & entry(3) & kind) != 0)
    p += 4;
  while (p != end && (entry(0) & kind) != 0) ++p;
  return p;
}

/// 0..15, or 16 where `c` is no hex digit.
constexpr unsigned hex_value(char c) {
  return detail::kHex[static_cast<unsigned char>(c)];
}

/// ASCII only, whatever the locale says.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace appserver::http
