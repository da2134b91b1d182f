// Values in a log line, so that no client can forge one: a line feed, a quote or a byte
// that a terminal obeys is never written as itself. Nearly all values need no escape,
// which is found out sixteen bytes at a time while they are copied.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace appserver::serve {

/// Of one value so many bytes are written, and "..." behind them where there are more:
/// clients choose how long values are, and a line must fit where there is room for it.
inline constexpr std::size_t kLoggedMost = 2048;

/// Room that put_text and put_json need: six bytes for one, and the "...".
inline constexpr std::size_t kLoggedRoom = 6 * kLoggedMost + 16;

namespace detail {

inline bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/// Byte by byte, for the shortest and where there is no SSE2.
inline bool copy_slowly(char* to, const char* from, std::size_t n) {
  bool plain = true;
  for (std::size_t i = 0; i < n; ++i) {
    to[i] = from[i];
    plain = plain && is_plain(from[i]);
  }
  return plain;
}

#if defined(__SSE2__)

/// 0xff in each byte that is not plain. Plus one, what is outside of 0x20 to 0x7e is
/// less than 0x21 as a signed number.
inline __m128i unplain(__m128i bytes) {
  const __m128i outside =
      _mm_cmplt_epi8(_mm_add_epi8(bytes, _mm_set1_epi8(1)), _mm_set1_epi8(0x21));
  const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  return _mm_or_si128(outside, special);
}

template <class Word>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Copies n bytes, at least one Word and at most two, by both ends; gives them.
template <class Word>
__m128i copy_ends(char* to, const char* from, std::size_t n) {
  const std::array<Word, 2> ends{load<Word>(from), load<Word>(from + n - sizeof(Word))};
  std::memcpy(to, &ends[0], sizeof(Word));
  std::memcpy(to + n - sizeof(Word), &ends[1], sizeof(Word));
  if constexpr (sizeof(Word) == 8) {
    return _mm_set_epi64x(static_cast<std::int64_t>(ends[1]),
                          static_cast<std::int64_t>(ends[0]));
  } else {
    const auto both =
        static_cast<std::int64_t>(std::uint64_t{ends[1]} << 32U | ends[0]);
    return _mm_set1_epi64x(both);
  }
}

/// Copies all; false when a byte among them must be escaped.
inline bool copy_plain(char* to, const char* from, std::size_t n) {
  if (n < 4) return copy_slowly(to, from, n);
  if (n < 8)
    return _mm_movemask_epi8(unplain(copy_ends<std::uint32_t>(to, from, n))) == 0;
  if (n < 16)
    return _mm_movemask_epi8(unplain(copy_ends<std::uint64_t>(to, from, n))) == 0;
  __m128i found = _mm_setzero_si128();
  const auto step = [&](std::size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    found = _mm_or_si128(found, unplain(bytes));
  };
  for (std::size_t at = 0; at + 16 < n; at += 16) step(at);
  step(n - 16);
  return _mm_movemask_epi8(found) == 0;
}

#else

inline bool copy_plain(char* to, const char* from, std::size_t n) {
  return copy_slowly(to, from, n);
}

#endif

}  // namespace detail

// The slow way of the two below.
char* put_escaped_text(char* to, std::string_view value);
char* put_escaped_json(char* to, std::string_view value);

/// nginx's rule: '"', '\' and everything outside of printable ASCII becomes \xHH. Gives
/// the end of what was written; needs kLoggedRoom bytes at `to`, all of which it may
/// change.
inline char* put_text(char* to, std::string_view value) {
  const std::size_t n = value.size();
  if (n <= kLoggedMost && detail::copy_plain(to, value.data(), n)) return to + n;
  return put_escaped_text(to, value);
}

/// The inside of a JSON string (RFC 8259 7): valid UTF-8 stays as it is, but for
/// control characters and line separators (\u00HH, \u2028); other bytes become \ufffd.
inline char* put_json(char* to, std::string_view value) {
  const std::size_t n = value.size();
  if (n <= kLoggedMost && detail::copy_plain(to, value.data(), n)) return to + n;
  return put_escaped_json(to, value);
}

}  // namespace appserver::serve
