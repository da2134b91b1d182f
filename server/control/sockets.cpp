#include "control/sockets.hpp"

#include <unistd.h>

namespace appserver::control {
namespace {

using config::BindAddress;

Result<std::vector<net::Listener>> open_group(const BindAddress& address, int backlog,
                                              int workers) {
  std::vector<net::Listener> group;
  std::string port = std::to_string(address.port);
  for (int slot = 0; slot < workers; ++slot) {
    auto listener = net::listen_tcp(address.host, port, backlog);
    if (!listener) return listener.error();
    port = listener->port;  // the first one decides where port 0 is
    group.push_back(std::move(*listener));
  }
  return group;
}

/// SO_REUSEPORT lets another program of this user share the address in silence: a
/// second server started by mistake. A socket without it finds out.
Result<void> check_free(const BindAddress& address) {
  if (address.port == 0) return {};
  return net::check_address_is_free(address.host, std::to_string(address.port));
}

}  // namespace

Result<Sockets> Sockets::open(const config::Settings& settings, int workers) {
  Sockets sockets;
  sockets.server_name_ = settings.server_name;
  for (const BindAddress& address : settings.bind) {
    if (address.kind == BindAddress::Kind::Tcp) {
      const auto is_free = check_free(address);
      if (!is_free) return is_free.error();
      auto group = open_group(address, settings.backlog, workers);
      if (!group) return group.error();
      sockets.tcp_.push_back(std::move(*group));
      continue;
    }
    auto listener = address.kind == BindAddress::Kind::Unix
                        ? net::listen_unix(address.path, settings.backlog)
                        : net::adopt(address.fd);
    if (!listener) return listener.error();
    sockets.shared_.push_back(std::move(*listener));
  }
  return sockets;
}

std::vector<serve::ListenerPlace> Sockets::orphans_of(int slot) const {
  std::vector<serve::ListenerPlace> places;
  for (const auto& group : tcp_) {
    const net::Listener& own = group.at(static_cast<std::size_t>(slot));
    places.push_back(
        {own.fd.get(), server_name_.empty() ? own.host : server_name_, own.port});
  }
  return places;
}

std::vector<serve::ListenerPlace> Sockets::places_of(int slot) const {
  auto places = orphans_of(slot);
  for (const net::Listener& shared : shared_) {
    const std::string host = shared.host.empty() ? "localhost" : shared.host;
    places.push_back(
        {shared.fd.get(), server_name_.empty() ? host : server_name_, shared.port});
  }
  return places;
}

std::vector<std::string> Sockets::urls() const {
  std::vector<std::string> urls;
  for (const auto& group : tcp_) urls.push_back(group.front().url);
  for (const net::Listener& shared : shared_) urls.push_back(shared.url);
  return urls;
}

void Sockets::close() {
  for (auto& group : tcp_) {
    for (net::Listener& listener : group) listener.fd.reset();
  }
  for (net::Listener& shared : shared_) shared.fd.reset();
}

void Sockets::unlink_paths() const {
  for (const net::Listener& shared : shared_) {
    if (!shared.unix_path.empty()) ::unlink(shared.unix_path.c_str());
  }
}

}  // namespace appserver::control
