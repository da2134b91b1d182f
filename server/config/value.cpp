// Numbers, booleans, durations, sizes and paths of mounts. Everything is whole: "1.5s"
// is refused and "1500ms" is what to write. Addresses are in address.cpp.
#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "config/words.hpp"

namespace appserver::config {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr std::uint64_t kMaxMilliseconds = 365ULL * 24 * 3600 * 1000;
constexpr std::array<Unit, 6> kDurationUnits{{{"", 1000},
                                              {"ms", 1},
                                              {"s", 1000},
                                              {"m", 60'000},
                                              {"h", 3'600'000},
                                              {"d", 86'400'000}}};
constexpr std::array<Unit, 4> kSizeUnits{
    {{"", 1}, {"k", 1U << 10U}, {"m", 1U << 20U}, {"g", 1U << 30U}}};

enum class Scaled { Ok, NoNumber, TooLarge };

/// Digits and one of `units`, as their product; at most `high`.
template <std::size_t N>
Scaled scale(std::string_view word, const std::array<Unit, N>& units,
             std::uint64_t high, std::uint64_t& value) {
  const auto* end = word.data() + word.size();
  const auto [rest, ec] = std::from_chars(word.data(), end, value);
  if (rest == word.data()) return Scaled::NoNumber;
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : units) {
    if (suffix != unit.suffix) continue;
    if (ec != std::errc{} || value > high / unit.factor) return Scaled::TooLarge;
    value *= unit.factor;
    return Scaled::Ok;
  }
  return Scaled::NoNumber;
}

/// Bytes of the character that `text` begins with; 0: it is none. RFC 3629, 3: no
/// longer form than needed, no surrogates, nothing above U+10FFFF.
std::size_t utf8_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xc0 || lead > 0xf4) return 0;
  const std::size_t n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < n) return 0;
  std::uint32_t code = lead & (0x7fU >> n);
  for (const char c : text.substr(1, n - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (byte & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast.at(n) || code > 0x10ffff || is_surrogate ? 0 : n;
}

}  // namespace

std::string in_quotes(std::string_view word) {
  constexpr std::size_t kShown = 80;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "\"";
  const bool is_text = is_utf8(word);
  for (const char c : word.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (!is_text && byte >= 0x80)) {
      text += "\\x";
      text += {kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      text += c;
    }
  }
  return text + (word.size() > kShown ? "...\"" : "\"");
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = utf8_character(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

Result<std::int64_t> parse_integer(std::string_view word, std::int64_t low,
                                   std::int64_t high) {
  std::int64_t value = 0;
  const auto* end = word.data() + word.size();
  const auto [rest, ec] = std::from_chars(word.data(), end, value);
  const bool is_number = !word.empty() && rest == end;
  if (!is_number) return usage_error(in_quotes(word) + " is not a whole number");
  if (ec != std::errc{} || value < low || value > high) {
    return usage_error(in_quotes(word) + " is out of range; write " +
                       std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

Result<bool> parse_boolean(std::string_view word) {
  const std::string lower = lower_case(word);
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (lower == no) return false;
  }
  return usage_error(in_quotes(word) + " is neither true nor false");
}

Result<milliseconds> parse_duration(std::string_view word) {
  std::uint64_t value = 0;
  switch (scale(word, kDurationUnits, kMaxMilliseconds, value)) {
    case Scaled::Ok:
      return milliseconds(static_cast<milliseconds::rep>(value));
    case Scaled::TooLarge:
      return usage_error(in_quotes(word) + " is too long; 365d is the most");
    case Scaled::NoNumber:
      break;
  }
  return usage_error(in_quotes(word) +
                     " is not a duration; write seconds or 500ms, 30s, 5m, 1h");
}

std::string duration_text(milliseconds value) {
  const auto count = value.count();
  if (count % 1000 == 0) return std::to_string(count / 1000);
  return std::to_string(count) + "ms";
}

Result<std::uint64_t> parse_size(std::string_view word) {
  std::uint64_t value = 0;
  const auto high =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  switch (scale(lower_case(word), kSizeUnits, high, value)) {
    case Scaled::Ok:
      return value;
    case Scaled::TooLarge:
      return usage_error(in_quotes(word) + " is more bytes than can be counted");
    case Scaled::NoNumber:
      break;
  }
  return usage_error(in_quotes(word) + " is not a size; write bytes or 512k, 1m, 2g");
}

std::string size_text(std::uint64_t bytes) {
  for (auto unit = kSizeUnits.rbegin(); unit != kSizeUnits.rend(); ++unit) {
    if (bytes != 0 && bytes % unit->factor == 0) {
      return std::to_string(bytes / unit->factor) + std::string(unit->suffix);
    }
  }
  return "0";
}

Result<std::uint64_t> parse_body_size(std::string_view word) {
  const auto size = parse_size(word);
  if (!size) return size.error();
  return *size == 0 ? kNoBodyLimit : *size;
}

std::string body_size_text(std::uint64_t bytes) {
  return bytes == kNoBodyLimit ? "0" : size_text(bytes);
}

Result<std::string> parse_mount_path(std::string path) {
  if (path.empty() || path[0] != '/') {
    return usage_error(in_quotes(path) + " does not begin with a slash; write \"/" +
                       path + "\"");
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const auto is_wrong = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || c == '?' || c == '#' || c == '%';
  };
  if (std::any_of(path.begin(), path.end(), is_wrong)) {
    return usage_error(in_quotes(path) +
                       " holds a blank, a control character, ?, # or %, which the path "
                       "of a mount cannot have");
  }
  for (const std::string& segment : split(path.substr(1), '/')) {
    const bool is_empty = segment.empty() && path.size() > 1;
    if (is_empty || segment == "." || segment == "..") {
      return usage_error(in_quotes(path) + " holds an empty, . or .. segment");
    }
  }
  return path;
}

}  // namespace appserver::config
