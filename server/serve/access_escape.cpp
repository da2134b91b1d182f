// The few values that need an escape, byte by byte.
#include "serve/access_escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/copy.hpp"

namespace appserver::serve {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";
constexpr std::string_view kCut = "...";

char* put_hex(char* to, std::string_view before, unsigned value, unsigned digits) {
  to = put(to, before);
  for (unsigned i = digits; i-- > 0;) *to++ = kHex[value >> (4 * i) & 15U];
  return to;
}

/// Bytes of the UTF-8 sequence at the front of `text`, which begins with a byte above
/// 0x7f, and its code point; 0 where it is none (RFC 3629: no surrogates, the shortest
/// form).
std::size_t utf8_sequence(std::string_view text, std::uint32_t& code) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  code = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (at(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast[size] || code > 0x10ffff || surrogate ? 0 : size;
}

char* escape_text(char* to, std::string_view value) {
  for (const char c : value) {
    if (detail::is_plain(c)) {
      *to++ = c;
    } else {
      to = put_hex(to, "\\x", static_cast<unsigned char>(c), 2);
    }
  }
  return to;
}

char* escape_json(char* to, std::string_view value) {
  while (!value.empty()) {
    const char c = value.front();
    std::uint32_t code = static_cast<unsigned char>(c);
    const std::size_t size = code < 0x80 ? 1 : utf8_sequence(value, code);
    if (size == 0) {
      to = put(to, "\\ufffd");
    } else if (c == '"' || c == '\\') {
      *to++ = '\\';
      *to++ = c;
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
               code == 0x2029) {
      to = put_hex(to, "\\u", code, 4);
    } else {
      to = put(to, value.substr(0, size));
    }
    value.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return to;
}

template <class Escape>
char* put_escaped(char* to, std::string_view value, Escape escape) {
  if (value.size() <= kLoggedMost) return escape(to, value);
  return put(escape(to, value.substr(0, kLoggedMost)), kCut);
}

}  // namespace

char* put_escaped_text(char* to, std::string_view value) {
  return put_escaped(to, value, escape_text);
}

char* put_escaped_json(char* to, std::string_view value) {
  return put_escaped(to, value, escape_json);
}

}  // namespace appserver::serve
