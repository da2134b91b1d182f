#include "hidden.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace {

struct Range {
  char32_t first, last;
};

/// In order. What is unassigned between two of them is counted with them.
constexpr std::array kHidden = {
    Range{0x0000, 0x001f},    // C0 controls
    Range{0x007f, 0x00a0},    // C1 controls, no-break space
    Range{0x00ad, 0x00ad},    // soft hyphen
    Range{0x034f, 0x034f},    // combining grapheme joiner
    Range{0x0600, 0x0605},    // Arabic number signs
    Range{0x061c, 0x061c},    // Arabic letter mark: bidi
    Range{0x06dd, 0x06dd},    // Arabic end of ayah
    Range{0x070f, 0x070f},    // Syriac abbreviation mark
    Range{0x0890, 0x0891},    // Arabic pound and piastre marks
    Range{0x08e2, 0x08e2},    // Arabic disputed end of ayah
    Range{0x115f, 0x1160},    // Hangul fillers
    Range{0x1680, 0x1680},    // Ogham space
    Range{0x17b4, 0x17b5},    // Khmer inherent vowels
    Range{0x180b, 0x180f},    // Mongolian selectors
    Range{0x2000, 0x200f},    // spaces, zero widths, marks of direction
    Range{0x2028, 0x202f},    // line and paragraph ends, embeddings, overrides
    Range{0x205f, 0x206f},    // a space, invisible operators, isolates
    Range{0x2800, 0x2800},    // blank Braille pattern
    Range{0x3000, 0x3000},    // ideographic space
    Range{0x3164, 0x3164},    // Hangul filler
    Range{0xfdd0, 0xfdef},    // noncharacters
    Range{0xfe00, 0xfe0f},    // variation selectors
    Range{0xfeff, 0xfeff},    // zero width no-break space
    Range{0xffa0, 0xffa0},    // halfwidth Hangul filler
    Range{0xfff0, 0xfffb},    // interlinear annotations
    Range{0xfffe, 0xffff},    // noncharacters; those of other planes below
    Range{0x110bd, 0x110bd},  // Kaithi number signs
    Range{0x110cd, 0x110cd},  //
    Range{0x13430, 0x1343f},  // hieroglyph format controls
    Range{0x1bca0, 0x1bca3},  // shorthand format controls
    Range{0x1d173, 0x1d17a},  // musical format controls
    Range{0xe0000, 0xe0fff},  // tags, more variation selectors
};

}  // namespace

bool is_hidden(char32_t character) noexcept {
  if ((character & 0xfffeU) == 0xfffeU) return true;
  const auto* const range =
      std::lower_bound(kHidden.begin(), kHidden.end(), character,
                       [](const Range& one, char32_t c) { return one.last < c; });
  return range != kHidden.end() && range->first <= character;
}

bool has_hidden(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t character = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t n = 1; n < size && i + n < text.size(); ++n) {
      character = character << 6U | (static_cast<unsigned char>(text[i + n]) & 0x3fU);
    }
    if (is_hidden(character)) return true;
    i += size;
  }
  return false;
}
