// Runs of bytes, sixteen at a time with SSE2, by table without it. Knows classes of
// bytes and nothing of what they are part of.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "http/characters.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace appserver::http {

inline constexpr std::ptrdiff_t kBlock = 16;

namespace detail {

constexpr std::array<char, 256> make_lower_token() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) {
    const bool is_token = (kClasses[c] & kTokenByte) != 0;
    table[c] = is_token ? to_lower(static_cast<char>(c)) : '\0';
  }
  return table;
}

/// A tchar in lower case, or 0 for any other byte.
inline constexpr auto kLowerToken = make_lower_token();

}  // namespace detail

/// Turns the token at `p` to lower case in place; gives its end, at most `end`.
inline char* lower_token(char* p, const char* end) {
  for (; p != end; ++p) {
    const char lower = detail::kLowerToken[static_cast<unsigned char>(*p)];
    if (lower == '\0') break;
    *p = lower;
  }
  return p;
}

#ifdef __SSE2__

namespace detail {

inline __m128i load_block(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// The first eight bytes and the last of up to sixteen.
inline __m128i load_ends(const char* p, const char* end) {
  const auto half = [](const char* at) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
  };
  return _mm_unpacklo_epi64(half(p), half(end - kBlock / 2));
}

inline void store_block(char* p, __m128i block) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), block);
}

inline unsigned bits(__m128i matches) {
  return static_cast<unsigned>(_mm_movemask_epi8(matches));
}

inline __m128i equal(__m128i block, char c) {
  return _mm_cmpeq_epi8(block, _mm_set1_epi8(c));
}

/// The bytes of up to `most`, without sign.
inline __m128i at_most(__m128i block, char most) {
  return _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(most)), block);
}

}  // namespace detail

#endif  // __SSE2__

/// Ends a run of SP, VCHAR and obs-text (RFC 9110 5.5); TAB ends it, too.
struct EndOfText {
  static bool is(char c) { return !has(c, kFieldByte) || c == '\t'; }
#ifdef __SSE2__
  static unsigned find(__m128i block) {
    return detail::bits(
        _mm_or_si128(detail::at_most(block, 0x1f), detail::equal(block, 0x7f)));
  }
#endif
};

/// Ends a run of 0x21 to 0x7e.
struct EndOfGraphic {
  static bool is(char c) { return c <= 0x20 || c >= 0x7f || (c & 0x80) != 0; }
#ifdef __SSE2__
  static unsigned find(__m128i block) {  // with a sign: above 0x7f is below 0x21
    const __m128i below = _mm_cmplt_epi8(block, _mm_set1_epi8(0x21));
    return detail::bits(_mm_or_si128(below, detail::equal(block, 0x7f)));
  }
#endif
};

/// Ends a run of kTargetByte.
struct EndOfPlainTarget {
  static bool is(char c) { return !has(c, kTargetByte); }
#ifdef __SSE2__
  static unsigned find(__m128i block) {
    const auto is = [block](char c) { return detail::equal(block, c); };
    const __m128i usual = _mm_or_si128(is('%'), is('?'));
    const __m128i bad = _mm_or_si128(is('#'), is('\\'));
    return EndOfGraphic::find(block) | detail::bits(_mm_or_si128(usual, bad));
  }
#endif
};

/// The first byte from `p` on that ends the run, or `end`. The last bytes are looked at
/// in the block that ends with them, which begins before `p`, but not before `begin`;
/// where there is no room for a block, in two halves.
template <class End>
[[gnu::always_inline]] inline const char* find(const char* begin, const char* p,
                                               const char* end) {
#ifdef __SSE2__
  if (end - begin >= kBlock) {
    const char* const last = end - kBlock;
    for (; p <= last; p += kBlock) {
      const unsigned found = End::find(detail::load_block(p));
      if (found != 0) return p + std::countr_zero(found);
    }
    const unsigned found = End::find(detail::load_block(last)) >> (p - last);
    return found != 0 ? p + std::countr_zero(found) : end;
  }
  if (end - p >= kBlock / 2) {
    const unsigned found = End::find(detail::load_ends(p, end));
    if (found == 0) return end;
    const int at = std::countr_zero(found);
    return at < kBlock / 2 ? p + at : end - kBlock + at;
  }
#else
  (void)begin;
#endif
  while (p != end && !End::is(*p)) ++p;
  return p;
}

/// Reads the usual name at `p`, letters and '-' before a ':', in lower case; gives the
/// place of its ':', or nullptr if it is none or reaches behind `last`, from where a
/// block can still be read. What was read of the name is then written by write().
class UsualName {
 public:
  char* read(char* p, const char* last) {
#ifdef __SSE2__
    for (; p <= last; p += kBlock) {
      const __m128i block = detail::load_block(p);
      // Bit 5 makes letters lower, and '-' has it already.
      const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
      const __m128i from_a = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
      const __m128i usual =
          _mm_or_si128(detail::at_most(from_a, 'z' - 'a'), detail::equal(block, '-'));
      const unsigned ends = detail::bits(usual) ^ 0xffffU;
      if (ends == 0) {
        detail::store_block(p, lower);
        continue;
      }
      const int size = std::countr_zero(ends);
      if (p[size] != ':') return nullptr;
      at_ = p;
      block_ = _mm_or_si128(block, detail::load_block(kBits.data() + kBlock - size));
      return p + size;
    }
    return nullptr;
#else
    p = lower_token(p, last);
    return *p == ':' ? p : nullptr;
#endif
  }

  /// After the value was read: a read that overlaps with a write just done waits for
  /// it.
  void write() {
#ifdef __SSE2__
    detail::store_block(at_, block_);
#endif
  }

#ifdef __SSE2__

 private:
  static constexpr auto kBits = [] {
    std::array<char, 2 * kBlock> bits{};
    for (std::size_t i = 0; i < kBlock; ++i) bits[i] = 0x20;
    return bits;
  }();
  char* at_ = nullptr;
  __m128i block_ = _mm_setzero_si128();
#endif
};

}  // namespace appserver::http
