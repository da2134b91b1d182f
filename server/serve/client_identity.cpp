// Where the identity of a client comes from. The socket's peer; in its place whom the
// PROXY header names, once per connection; and, if that peer is a trusted proxy, whom
// the fields of a request name. Trust is judged against the PROXY header's client and
// not against who sent the header: a proxy of connections passes on what its clients
// say, and they may say X-Forwarded-For.
#include <algorithm>
#include <charconv>

#include "http/proxy_protocol.hpp"
#include "http/target.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

/// Off: a reload came between the connection and its header; it may still begin with
/// one.
http::ProxyVersions versions_of(config::ProxyProtocol protocol) {
  return {protocol != config::ProxyProtocol::V2, protocol != config::ProxyProtocol::V1};
}

/// A view that is absent rather than empty.
std::string_view absent_if_empty(std::string_view text) {
  return text.empty() ? std::string_view{} : text;
}

/// The port of an authority, or what `scheme` has for a default.
std::string_view port_of(std::string_view authority, std::string_view scheme) {
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.back() != ']' &&
                        colon + 1 < authority.size();
  if (has_port) return authority.substr(colon + 1);
  return scheme == "https" ? "443" : "80";
}

}  // namespace

Peer peer_at(const IpAddress& address, std::uint16_t port) {
  Peer peer;
  const IpText text(address);
  std::copy(text.view().begin(), text.view().end(), peer.addr.begin());
  peer.addr_size = static_cast<std::uint8_t>(text.view().size());
  char* const begin = peer.port.data();
  const char* end = std::to_chars(begin, begin + peer.port.size(), port).ptr;
  peer.port_size = static_cast<std::uint8_t>(end - begin);
  return peer;
}

bool is_among(const Peer& peer, const AddressSet& set) {
  if (set.has_everybody()) return true;
  if (peer.is_hidden) return false;
  if (peer.addr_size == 0) return set.has_unix();
  const auto address = parse_ip_address(peer.address());
  return address && set.has(*address);
}

/// The first bytes of a connection. False: more must come, or they were refused.
bool Connection::take_proxy_header() {
  using Source = http::ProxyHeader::Source;
  const config::Settings& settings = service_.site().settings;
  const auto unread = block_->in.unread();
  http::ProxyHeader header;
  http::Rejection rejection;
  switch (http::read_proxy_header({unread.data(), unread.size()},
                                  versions_of(settings.proxies.protocol), header,
                                  rejection)) {
    case http::ProxyProgress::NeedMore:
      if (phase_ == Phase::Idle) set_deadline(settings.timeouts.head.count());
      phase_ = Phase::Head;
      return false;
    case http::ProxyProgress::Refused:
      block_->head = {};
      block_->request = {};
      refuse(rejection);
      return false;
    case http::ProxyProgress::Complete:
      break;
  }
  awaits_proxy_header_ = false;
  block_->in.drop(header.size);
  phase_ = Phase::Idle;
  if (header.source == Source::Named) peer_ = peer_at(header.address, header.port);
  if (header.source == Source::Unknown) {
    peer_ = {};
    peer_.is_hidden = true;
  }
  return true;
}

/// Once per site for the connection; then, of a trusted peer, per request.
void Connection::judge_client() {
  if (!block_->request.tells_origin) return;
  const AddressSet& trusted = service_.site().settings.proxies.forwarded_from;
  if (trust_judged_by_ != service_.site_number()) {
    trust_judged_by_ = service_.site_number();
    is_trusted_ = is_among(peer_, trusted);
  }
  if (!is_trusted_) return;
  const auto fields = block_->head.fields.first(block_->request.field_count);
  Client& client = block_->client;
  client.is_told = true;
  client.told = http::read_forwarded(fields, trusted);
  if (client.told.client == http::Forwarding::Client::Named) {
    client.address = IpText(client.told.address);
  }
  client.request_id = http::request_id_in(fields);
}

/// As apps and the access log see it; data() null: absent.
std::string_view Connection::client_address() const {
  using Kind = http::Forwarding::Client;
  const Client& client = block_->client;
  if (!client.is_told || client.told.client == Kind::Peer) {
    return absent_if_empty(peer_.address());
  }
  return client.told.client == Kind::Named ? client.address.view() : std::string_view{};
}

bridge::Endpoints Connection::endpoints() const {
  bridge::Endpoints ends;
  ends.server_name = place_->host;
  ends.server_port = place_->port;
  ends.remote_addr = client_address();
  ends.remote_port = absent_if_empty({peer_.port.data(), peer_.port_size});
  const Client& client = block_->client;
  if (!client.is_told) return ends;
  const http::Forwarding& told = client.told;
  if (told.client != http::Forwarding::Client::Peer) {
    ends.remote_port = absent_if_empty(told.port);
  }
  if (!told.scheme.empty()) ends.url_scheme = told.scheme;
  ends.host = told.host;
  if (!told.scheme.empty() || !told.host.empty()) {
    const auto authority = told.host.empty() ? block_->request.host : told.host;
    ends.server_port = port_of(authority, ends.url_scheme);
  }
  return ends;
}

}  // namespace appserver::serve
