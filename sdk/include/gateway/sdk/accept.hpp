// Accept-Encoding for what can send a body in several codings. Knows no codings of its
// own; what cannot be understood is passed over, never an error.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <gateway/sdk/fields.hpp>

namespace gateway {

/// Without the spaces and tabs at its ends (RFC 9110 §5.6.3).
constexpr std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Takes the text up to `end` off the front of `rest`, trimmed.
constexpr std::string_view take_part(std::string_view& rest, char end) noexcept {
  const std::size_t at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return trimmed(part);
}

/// Calls `each(item)` for the items of a comma-separated list that are not empty. Only
/// for lists whose items hold no quoted commas (RFC 9110 §5.6.1).
template <class Each>
constexpr void each_item(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::string_view item = take_part(list, ',');
    if (!item.empty()) each(item);
  }
}

/// RFC 9110 §12.4.2: "0.85" in thousandths; nothing for what is not a weight.
constexpr std::optional<int> weight_of(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) {
    return std::nullopt;
  }
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int weight = (text[0] - '0') * 1000;
  int place = 100;
  for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    weight += (text[i] - '0') * place;
  }
  return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

/// The weight, in thousandths, that one Accept-Encoding value gives a coding by name;
/// -1: it is not named. "x-gzip" is gzip (RFC 9110 §8.4.1.3); a weight that cannot be
/// read counts as 0.
constexpr int named_weight(std::string_view accept, std::string_view coding) noexcept {
  int named = -1;
  each_item(accept, [&](std::string_view item) {
    std::string_view name = take_part(item, ';');
    if (same_name(name, "x-gzip")) name = "gzip";
    if (!same_name(name, coding)) return;
    named = 1000;
    while (!item.empty()) {
      std::string_view parameter = take_part(item, ';');
      if (same_name(take_part(parameter, '='), "q")) {
        named = weight_of(trimmed(parameter)).value_or(0);
      }
    }
  });
  return named;
}

/// The same where "*" stands for what is not named; 0 is "not acceptable".
///
/// Spec: RFC 9110 §12.5.3.
constexpr int encoding_weight(std::string_view accept,
                              std::string_view coding) noexcept {
  const int named = named_weight(accept, coding);
  const int weight = named >= 0 ? named : named_weight(accept, "*");
  return weight > 0 ? weight : 0;
}

/// The coding of `offered` that the client likes best, the earlier one where it likes
/// two the same; empty: none, or "identity" is named and liked better, so send the
/// bytes as they are. Several Accept-Encoding fields are one list (RFC 9110 §5.3).
constexpr std::string_view preferred_encoding(
    const Fields& request, std::span<const std::string_view> offered) noexcept {
  std::string_view best;
  int best_weight = 0;
  int identity_weight = 0;
  for (const std::string_view coding : offered) {
    int weight = 0;
    for (const Field field : request) {
      if (!same_name(field.name, "accept-encoding")) continue;
      weight = std::max(weight, encoding_weight(field.value, coding));
      identity_weight =
          std::max(identity_weight, named_weight(field.value, "identity"));
    }
    if (weight > best_weight) {
      best = coding;
      best_weight = weight;
    }
  }
  return identity_weight > best_weight ? std::string_view() : best;
}

}  // namespace gateway
