// The grammar of fields, by table and by length. Knows bytes only: no message, no
// policy but the list of what an app may not send.
#include "http/fields.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include "http/byte_blocks.hpp"
#include "http/characters.hpp"

namespace appserver::http {

namespace {

bool is_white(char c) {
  return c == ' ' || c == '\t';
}

bool all_are(std::string_view text, std::uint8_t kind) {
  const char* const end = text.data() + text.size();
  return skip(text.data(), end, kind) == end;
}

#ifdef __SSE2__

/// All but the bytes of usual names: letters and '-'.
struct EndOfUsualName {
  static unsigned find(__m128i block) {
    const __m128i lower = _mm_or_si128(block, _mm_set1_epi8(0x20));
    const __m128i from_a = _mm_sub_epi8(lower, _mm_set1_epi8('a'));
    const __m128i usual =
        _mm_or_si128(detail::at_most(from_a, 'z' - 'a'), detail::equal(block, '-'));
    return detail::bits(usual) ^ 0xffffU;
  }
};

/// Has `text` no byte that `End` finds? False also where it is too short to tell. Its
/// end is in the last load, which may cover bytes of the one before.
template <class End>
bool is_free_of(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (text.size() < kBlock) {
    const auto half = [](const char* at) {
      return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
    };
    return text.size() >= kBlock / 2 &&
           End::find(_mm_unpacklo_epi64(half(p), half(end - kBlock / 2))) == 0;
  }
  for (; end - p > kBlock; p += kBlock) {
    if (End::find(detail::load_block(p)) != 0) return false;
  }
  return End::find(detail::load_block(end - kBlock)) == 0;
}

#else

struct EndOfUsualName {};

template <class End>
bool is_free_of(std::string_view) {
  return false;
}

#endif

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_token(std::string_view text) {
  if (is_free_of<EndOfUsualName>(text)) return true;
  return !text.empty() && all_are(text, kTokenByte);
}

bool is_field_value(std::string_view text) {
  if (text.empty()) return true;
  if (is_white(text.front()) || is_white(text.back())) return false;
  return is_free_of<EndOfText>(text) || all_are(text, kFieldByte);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

bool list_has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (equals_ignoring_case(trimmed(list.substr(0, comma)), token)) {
      return !token.empty();
    }
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

ResponseField classify_response_field(std::string_view name) {
  using enum ResponseField;
  const auto kind_if = [name](std::string_view known, ResponseField kind) {
    return equals_ignoring_case(name, known) ? kind : Ordinary;
  };
  switch (name.size()) {
    case 2:
      return kind_if("te", Forbidden);
    case 4:
      return kind_if("date", Date);
    case 6:
      return to_lower(name[1]) == 'e' ? kind_if("server", Server)
                                      : kind_if("status", Forbidden);
    case 7:
      return kind_if(to_lower(name[0]) == 't' ? "trailer" : "upgrade", Forbidden);
    case 10:
      return kind_if(to_lower(name[0]) == 'c' ? "connection" : "keep-alive", Forbidden);
    case 14:
      return kind_if("content-length", ContentLength);
    case 16:
      return kind_if("proxy-connection", Forbidden);
    case 17:
      return kind_if("transfer-encoding", Forbidden);
    default:
      return Ordinary;
  }
}

bool parse_content_length(std::string_view text, std::int64_t& out) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return false;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const std::int64_t digit = c - '0';
    if (value > (kMost - digit) / 10) return false;
    value = value * 10 + digit;
  }
  out = value;
  return true;
}

}  // namespace appserver::http
