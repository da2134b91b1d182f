// The walk from the nearest proxy outwards, and what two kinds of fields make together.
#include "http/forwarded.hpp"

#include <algorithm>

#include "http/characters.hpp"
#include "http/fields.hpp"
#include "http/forwarded_node.hpp"
#include "http/target.hpp"

namespace appserver::http {
namespace {

using Client = Forwarding::Client;

std::string_view scheme_of(std::string_view text) {
  if (equals_ignoring_case(text, "https")) return "https";
  if (equals_ignoring_case(text, "http")) return "http";
  return {};
}

std::string_view host_in(std::string_view text) {
  return is_valid_authority(text) ? text : std::string_view{};
}

/// The client is `node`, as far as we know. True: it is a trusted proxy, go on.
bool go_to(const Node& node, const AddressSet& trusted, Forwarding& found) {
  found.client = node.is_known ? Client::Named : Client::Unknown;
  found.address = node.address;
  found.port = node.port;
  return node.is_known && trusted.has(node.address);
}

void lose_client(Forwarding& found) {
  found = {};
  found.client = Client::Unknown;
}

/// Of a list beside X-Forwarded-For, what the proxy wrote that named the client.
std::string_view element_at(std::span<const Field> fields, std::string_view name,
                            unsigned distance) {
  ElementsFromRight elements(fields, name);
  std::string_view element;
  std::string_view further;
  for (unsigned i = 0; i <= distance && elements.next(further); ++i) element = further;
  return element;
}

/// False: none of these fields is there.
bool read_x_forwarded(std::span<const Field> fields, const AddressSet& trusted,
                      Forwarding& found) {
  ElementsFromRight hops(fields, "x-forwarded-for");
  std::string_view hop;
  unsigned distance = 0;
  unsigned seen = 0;
  for (bool more = true; more && hops.next(hop); ++seen) {
    if (seen == kMostHops) {
      lose_client(found);
      break;
    }
    distance = seen;
    more = go_to(parse_x_forwarded_for(hop), trusted, found);
  }
  const auto proto = element_at(fields, "x-forwarded-proto", distance);
  const auto host = element_at(fields, "x-forwarded-host", distance);
  found.scheme = scheme_of(proto);
  found.host = host_in(host);
  return seen != 0 || !proto.empty() || !host.empty();
}

/// False: the field is not there.
bool read_rfc7239(std::span<const Field> fields, const AddressSet& trusted,
                  Forwarding& found) {
  ElementsFromRight hops(fields, "forwarded");
  std::string_view hop;
  unsigned seen = 0;
  for (bool more = true; more && hops.next(hop); ++seen) {
    ForwardedElement element;
    if (seen == kMostHops || !parse_forwarded_element(hop, element)) {
      lose_client(found);
      return true;
    }
    found.scheme = scheme_of(element.proto);
    found.host = host_in(element.host);
    // A proxy that does not name its client is the last that we know of.
    if (element.node.data() == nullptr) return true;
    more = go_to(parse_node(element.node), trusted, found);
  }
  return seen != 0;
}

/// What both say, and nothing else.
Forwarding agreed(const Forwarding& a, const Forwarding& b) {
  Forwarding both;
  both.client =
      a.client == b.client && a.address == b.address ? a.client : Client::Unknown;
  if (both.client == Client::Named) {
    both.address = a.address;
    if (a.port == b.port) both.port = a.port;
  }
  if (a.scheme == b.scheme) both.scheme = a.scheme;
  if (equals_ignoring_case(a.host, b.host)) both.host = a.host;
  return both;
}

}  // namespace

Forwarding read_forwarded(std::span<const Field> fields, const AddressSet& trusted) {
  Forwarding by_rfc;
  Forwarding by_custom;
  const bool has_rfc = read_rfc7239(fields, trusted, by_rfc);
  const bool has_custom = read_x_forwarded(fields, trusted, by_custom);
  if (has_rfc && has_custom) return agreed(by_rfc, by_custom);
  return has_rfc ? by_rfc : by_custom;
}

std::string_view request_id_in(std::span<const Field> fields) {
  constexpr std::size_t kLongest = 128;
  const auto is_it = [](const Field& f) { return view(f.name) == "x-request-id"; };
  const auto fits = [](char c) {
    const bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    return letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  const auto first = std::find_if(fields.begin(), fields.end(), is_it);
  if (first == fields.end()) return {};
  if (std::any_of(first + 1, fields.end(), is_it)) return {};
  const std::string_view id = view(first->value);
  const bool good =
      !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), fits);
  return good ? id : std::string_view{};
}

}  // namespace appserver::http
