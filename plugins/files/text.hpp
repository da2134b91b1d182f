// Walking through field values. Pure.
#pragma once

#include <string>
#include <string_view>

#include <gateway/sdk/accept.hpp>
#include <gateway/sdk/fields.hpp>

namespace files {

/// ASCII letters without case.
inline bool same_letters(std::string_view a, std::string_view b) noexcept {
  return gateway::same_name(a, b);
}

using gateway::take_part;
using gateway::trimmed;

/// ASCII letters in lower case.
inline std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = gateway::lower(c);
  return lower;
}

}  // namespace files
