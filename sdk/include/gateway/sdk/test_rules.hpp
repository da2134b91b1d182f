// The rules for a head that a strict host enforces, by the ids of the gateway's rules.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gateway/gateway.h>
#include <gateway/sdk/fields.hpp>

namespace gateway {

/// A refused head: the code for the app and the rule that it broke.
struct TestRefusal {
  std::int32_t code = GW_OK;
  std::string rule;
};

/// RFC 9110 §5.6.2.
inline bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

inline bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
}

/// No controls but TAB: what keeps one answer from becoming two.
inline bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

inline bool is_hop_by_hop(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "connection", "keep-alive", "proxy-connection",  "te",
      "trailer",    "trailers",   "transfer-encoding", "upgrade"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view other) { return same_name(name, other); });
}

inline TestRefusal check_field(std::uint32_t status, const Field& field) {
  const std::string name(field.name);
  if (!is_token(field.name)) return {GW_E_HEADER, "GW-S4: not a field name: " + name};
  if (!is_field_value(field.value)) return {GW_E_HEADER, "GW-S6: a control in " + name};
  if (is_hop_by_hop(field.name)) return {GW_E_HEADER, "GW-S9: hop-by-hop: " + name};
  if (same_name(name, "status")) return {GW_E_HEADER, "GW-S7: a field named status"};
  if (same_name(name, "content-length")) {
    if (!is_digits(field.value)) return {GW_E_HEADER, "GW-O10: not a length"};
    if (status == 204 || status == 304) {
      return {GW_E_HEADER, "GW-S13: a length where there is no body"};
    }
  }
  return {};
}

inline TestRefusal check_head(std::uint32_t status, const gw_field* fields,
                              std::size_t count) {
  if (status < 200 || status > 599) {
    return {GW_E_INVALID, "GW-S2: status " + std::to_string(status)};
  }
  for (std::size_t i = 0; i < count; ++i) {
    TestRefusal refusal =
        check_field(status, {as_view(fields[i].name), as_view(fields[i].value)});
    if (refusal.code != GW_OK) return refusal;
  }
  return {};
}

}  // namespace gateway
