// The request fields that mean something to the server itself, found by length and
// letters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "http/characters.hpp"
#include "http/message.hpp"

namespace appserver::http {

/// What a request field means to the server that reads it.
enum class RequestField : unsigned char {
  Ordinary,
  Host,
  ContentType,
  ContentLength,
  Expect,
  TransferEncoding,
  Connection,
  HopByHop,
  Te,
  Upgrade,
  Origin,  ///< who asked, as proxies tell it: http/forwarded.hpp
};

namespace detail {

struct KnownName {
  std::string_view name;
  RequestField kind;
};

/// The names that mean something here, the usual ones first.
inline constexpr KnownName kKnownNames[] = {
    {"host", RequestField::Host},
    {"connection", RequestField::Connection},
    {"content-length", RequestField::ContentLength},
    {"content-type", RequestField::ContentType},
    {"transfer-encoding", RequestField::TransferEncoding},
    {"expect", RequestField::Expect},
    {"te", RequestField::Te},
    {"upgrade", RequestField::Upgrade},
    {"keep-alive", RequestField::HopByHop},
    {"proxy-connection", RequestField::HopByHop},
    {"trailer", RequestField::HopByHop},
    {"close", RequestField::HopByHop},  // reserved: `Connection: close` would name it
    {"proxy", RequestField::HopByHop},  // would be HTTP_PROXY to CGI (httpoxy)
    {"x-forwarded-for", RequestField::Origin},
    {"x-forwarded-proto", RequestField::Origin},
    {"x-forwarded-host", RequestField::Origin},
    {"forwarded", RequestField::Origin},
    {"x-request-id", RequestField::Origin},
};
inline constexpr std::size_t kLongestName = 17;

/// For each length, of which only the lower bits count, the first letters of known
/// names, as bits: nearly all fields of real requests are ordinary, and this says so in
/// a few instructions.
inline constexpr std::size_t kLengths = 32;
static_assert(kLongestName < kLengths);
inline constexpr auto kFirstLetters = [] {
  std::array<std::uint32_t, kLengths> letters{};
  for (const KnownName& known : kKnownNames) {
    letters[known.name.size()] |= std::uint32_t{1} << (known.name[0] & 31);
  }
  return letters;
}();

/// Unrolled, so that sizes and bytes of the known names are
/// constants.
template <std::size_t... I>
RequestField classify(gw_str name, std::index_sequence<I...>) {
  RequestField kind = RequestField::Ordinary;
  const auto is = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
    constexpr KnownName kKnown = kKnownNames[N];
    if (name.n != kKnown.name.size()) return false;
    if (std::memcmp(name.p, kKnown.name.data(), kKnown.name.size()) != 0) return false;
    kind = kKnown.kind;
    return true;
  };
  (void)(is(std::integral_constant<std::size_t, I>{}) || ...);
  return kind;
}

}  // namespace detail

/// False: `name`, which is not empty, is ordinary, without a look at the rest of it.
inline bool may_be_known(gw_str name) {
  return (detail::kFirstLetters[name.n % detail::kLengths] >> (*name.p & 31) & 1) != 0;
}

/// `name` is in lower case.
inline RequestField classify_request_field(gw_str name) {
  constexpr auto kEach = std::make_index_sequence<std::size(detail::kKnownNames)>{};
  return detail::classify(name, kEach);
}

inline RequestField classify_in_any_case(std::string_view name) {
  std::array<char, detail::kLongestName> lower;
  if (name.size() > lower.size()) return RequestField::Ordinary;
  for (std::size_t i = 0; i < name.size(); ++i) lower[i] = to_lower(name[i]);
  return classify_request_field({lower.data(), name.size()});
}

}  // namespace appserver::http
