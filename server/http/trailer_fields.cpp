#include "http/trailer_fields.hpp"

#include <algorithm>
#include <array>

#include "http/characters.hpp"

namespace appserver::http {
namespace {

// Framing and routing; request modifiers; authentication; control data of a response;
// how the content is to be read. Sorted.
constexpr std::array<std::string_view, 45> kForbidden = {
    "age",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expect",
    "expires",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "location",
    "max-forwards",
    "pragma",
    "proxy",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "retry-after",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "set-cookie",
    "status",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "warning",
    "www-authenticate",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
};
static_assert(std::is_sorted(kForbidden.begin(), kForbidden.end()));
constexpr std::size_t kLongest = 24;

}  // namespace

bool may_be_trailer(std::string_view name) {
  if (name.size() > kLongest) return true;
  std::array<char, kLongest> lower{};
  std::transform(name.begin(), name.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return !std::binary_search(kForbidden.begin(), kForbidden.end(),
                             std::string_view(lower.data(), name.size()));
}

}  // namespace appserver::http
