// Three escapes over one walk: runs that are safe are copied whole, the rest one by
// one.
#include "escape.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

constexpr std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
}

constexpr bool continues(std::uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

/// Bytes of the character that the text begins with; 0: not well-formed (Unicode, table
/// 3-7: no overlong forms, no surrogates, nothing past U+10FFFF).
constexpr std::size_t utf8_length(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  const std::uint8_t second = byte_at(text, 1);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !continues(second)) return 0;
  if (lead < 0xE0) return 2;
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if (!continues(byte_at(text, 2))) return 0;
  if (lead < 0xF0) return 3;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return continues(byte_at(text, 3)) ? 4 : 0;
}

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string_view hex_of(char c, std::array<char, 2>& digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<std::uint8_t>(c);
  digits = {kDigits[byte >> 4], kDigits[byte & 15]};
  return {digits.data(), digits.size()};
}

/// `special` says whether a character may not be copied; `write_one` writes one such
/// byte.
template <class Special, class WriteOne>
void walk(Output& to, std::string_view bytes, Special special, WriteOne write_one) {
  std::size_t safe = 0;
  while (safe < bytes.size()) {
    const std::size_t length = utf8_length(bytes.substr(safe));
    if (length != 0 && !special(bytes[safe])) {
      safe += length;
      continue;
    }
    to << bytes.substr(0, safe);
    write_one(bytes[safe], length != 0);
    bytes.remove_prefix(safe + 1);
    safe = 0;
  }
  to << bytes;
}

}  // namespace

void write_text(Output& to, std::string_view bytes) {
  walk(
      to, bytes, [](char c) { return is_control(c) || c == '\\'; },
      [&to](char c, bool) {
        std::array<char, 2> digits;
        if (c == '\\') {
          to << "\\\\";
        } else {
          to << "\\x" << hex_of(c, digits);
        }
      });
}

void write_json(Output& to, std::string_view bytes) {
  walk(
      to, bytes, [](char c) { return is_control(c) || c == '"' || c == '\\'; },
      [&to](char c, bool is_utf8) {
        std::array<char, 2> digits;
        if (!is_utf8) {
          to << kReplacement;
        } else if (is_control(c)) {
          to << "\\u00" << hex_of(c, digits);
        } else {
          to << "\\" << std::string_view(&c, 1);
        }
      });
}

void write_html(Output& to, std::string_view bytes) {
  walk(
      to, bytes,
      [](char c) {
        return is_control(c) ||
               std::string_view("&<>\"'").find(c) != std::string_view::npos;
      },
      [&to](char c, bool) {
        switch (c) {
          case '&':
            to << "&amp;";
            break;
          case '<':
            to << "&lt;";
            break;
          case '>':
            to << "&gt;";
            break;
          case '"':
            to << "&quot;";
            break;
          case '\'':
            to << "&#39;";
            break;
          default:
            to << kReplacement;
        }
      });
}
