// Characters that a name must not have, because nobody sees them: with them, two names
// look alike or one turns its neighbours around. Knows Unicode 15, and of UTF-8 that it
// is valid.
#pragma once

#include <string_view>

/// Controls, format and bidi characters, fillers, spaces other than U+0020, variation
/// selectors, tags and noncharacters: general categories Cc, Cf, Zl, Zp, Zs, and what
/// is Default_Ignorable.
bool is_hidden(char32_t character) noexcept;

/// Is one of them in `text`, which is valid UTF-8?
bool has_hidden(std::string_view text) noexcept;
