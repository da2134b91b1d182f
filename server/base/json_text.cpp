#include "base/json_text.hpp"

#include <algorithm>
#include <array>

namespace appserver {
namespace {

using Byte = unsigned char;

/// Lead bytes, the range of the byte after them, and how many bytes in all: the table
/// of RFC 3629 4.
struct Row {
  Byte first, last, second_low, second_high;
  std::size_t size;
};

constexpr std::array<Row, 8> kRows{{{0xc2, 0xdf, 0x80, 0xbf, 2},
                                    {0xe0, 0xe0, 0xa0, 0xbf, 3},
                                    {0xe1, 0xec, 0x80, 0xbf, 3},
                                    {0xed, 0xed, 0x80, 0x9f, 3},
                                    {0xee, 0xef, 0x80, 0xbf, 3},
                                    {0xf0, 0xf0, 0x90, 0xbf, 4},
                                    {0xf1, 0xf3, 0x80, 0xbf, 4},
                                    {0xf4, 0xf4, 0x80, 0x8f, 4}}};

/// The bytes of the character that `text` begins with, beyond ASCII; 0: it is none.
std::size_t size_of_character(std::string_view text) {
  const auto lead = static_cast<Byte>(text[0]);
  const auto* const row =
      std::find_if(kRows.begin(), kRows.end(), [lead](const Row& candidate) {
        return lead >= candidate.first && lead <= candidate.last;
      });
  if (row == kRows.end() || text.size() < row->size) return 0;
  for (std::size_t i = 1; i < row->size; ++i) {
    const auto byte = static_cast<Byte>(text[i]);
    const Byte low = i == 1 ? row->second_low : Byte{0x80};
    const Byte high = i == 1 ? row->second_high : Byte{0xbf};
    if (byte < low || byte > high) return 0;
  }
  return row->size;
}

void add_ascii(std::string& to, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<Byte>(c);
  if (c == '"' || c == '\\') {
    to += {'\\', c};
  } else if (c == '\n') {
    to += "\\n";
  } else if (byte < 0x20 || byte == 0x7f) {
    to += "\\u00";
    to += {kHex[byte >> 4U], kHex[byte & 15U]};
  } else {
    to += c;
  }
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const bool is_ascii = static_cast<Byte>(text[0]) < 0x80;
    const std::size_t size = is_ascii ? 1 : size_of_character(text);
    if (is_ascii) {
      add_ascii(out, text[0]);
    } else if (size == 0) {
      out += "\\ufffd";
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out + '"';
}

}  // namespace appserver
