// Walking through field values. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <gateway/sdk/fields.hpp>

namespace files {

/// ASCII letters without case.
inline bool same_letters(std::string_view a, std::string_view b) noexcept {
  return gateway::same_name(a, b);
}

constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Takes the text before `end` off the front of `rest`, and `end` with it.
constexpr std::string_view next_part(std::string_view& rest, char end) noexcept {
  const std::size_t at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return trimmed(part);
}

/// ASCII letters in lower case.
inline std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = gateway::lower(c);
  return lower;
}

}  // namespace files
