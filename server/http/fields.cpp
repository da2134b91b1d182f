// The grammar of fields, by table and by length. Knows bytes only: no message, no
// policy but the list of what an app may not send.
#include "http/fields.hpp"

#include <array>
#include <cstring>
#include <limits>

#include "http/characters.hpp"

namespace appserver::http {

namespace {

constexpr std::uint64_t each_byte(std::uint64_t b) {
  return b * 0x0101010101010101u;
}

/// Does one of the eight bytes of `word` look like a control byte? TAB counts: the
/// caller looks again. A borrow can only reach bytes above one that was found, so
/// "none" is exact.
bool may_hold_control(std::uint64_t word) {
  const std::uint64_t below_space = (word - each_byte(0x20)) & ~word;
  const std::uint64_t from_del = word ^ each_byte(0x7f);
  const std::uint64_t is_del = (from_del - each_byte(0x01)) & ~from_del;
  return ((below_space | is_del) & each_byte(0x80)) != 0;
}

bool is_white(char c) {
  return c == ' ' || c == '\t';
}

bool all_field_bytes(const char* p, const char* end) {
  return skip(p, end, kFieldByte) == end;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_token(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip(text.data(), end, kTokenByte) == end;
}

bool is_field_value(std::string_view text) {
  if (text.empty()) return true;
  if (is_white(text.front()) || is_white(text.back())) return false;
  const char* p = text.data();
  const char* const end = p + text.size();
  for (; end - p >= 8; p += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    if (may_hold_control(word) && !all_field_bytes(p, p + 8)) return false;
  }
  return all_field_bytes(p, end);
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
