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

void parse_trailers(std::string& text, std::vector<Field>& fields) {
  fields.clear();
  std::size_t at = 0;
  for (std::size_t end = 0; (end = text.find("\r\n", at)) != std::string::npos;
       at = end + 2) {
    const std::size_t colon = std::min(text.find(':', at), end);
    if (colon == end) continue;  // the empty line at the end
    for (std::size_t i = at; i < colon; ++i) {
      if (text[i] >= 'A' && text[i] <= 'Z') text[i] = static_cast<char>(text[i] + 32);
    }
    const std::string_view name(text.data() + at, colon - at);
    std::string_view value(text.data() + colon + 1, end - colon - 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
      value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
      value.remove_suffix(1);
    }
    if (may_be_trailer(name)) fields.push_back({str(name), str(value)});
  }
}

}  // namespace appserver::http
