#include "control/sockets.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"

namespace appserver::control {
namespace {

using config::BindAddress;

/// SO_REUSEPORT lets another program of this user share the address in silence: a
/// second server started by mistake. A socket without it finds out.
Result<void> check_free(const BindAddress& address) {
  if (address.port == 0) return {};
  return net::check_address_is_free(address.host, std::to_string(address.port));
}

}  // namespace

Result<Sockets> Sockets::open(const config::Settings& settings,
                              const Inheritance& inherited) {
  Sockets sockets;
  sockets.server_name_ = settings.server_name;
  sockets.backlog_ = settings.backlog;
  Inheritance left = inherited;
  std::size_t slots = 0;
  for (const BindAddress& address : settings.bind) {
    const auto found = left.extract(address.text());
    if (address.kind != BindAddress::Kind::Tcp) {
      const auto opened = sockets.open_shared(address, inherited);
      if (!opened) return opened.error();
      continue;
    }
    sockets.addresses_.push_back(address);
    sockets.tcp_.emplace_back();
    if (found.empty()) {
      const auto is_free = check_free(address);
      if (!is_free) return is_free.error();
      continue;
    }
    for (const int fd : found.mapped()) {
      auto listener = net::adopt(fd);
      if (!listener) return listener.error();
      sockets.tcp_.back().push_back(std::move(*listener));
    }
    slots = std::max(slots, found.mapped().size());
  }
  for (const auto& [address, fds] : left) {
    for (const int fd : fds) ::close(fd);
  }
  // Addresses that are new have as many sockets as those that are not.
  for (std::size_t i = 0; i < sockets.tcp_.size(); ++i) {
    while (sockets.tcp_[i].size() < slots) {
      const auto more = sockets.listen_more(i);
      if (!more) return more.error();
    }
  }
  sockets.slots_ = static_cast<int>(slots);
  return sockets;
}

Result<void> Sockets::open_shared(const BindAddress& address, const Inheritance& from) {
  const auto found = from.find(address.text());
  const bool is_unix = address.kind == BindAddress::Kind::Unix;
  auto listener = found != from.end() ? net::adopt(found->second.front())
                  : is_unix           ? net::listen_unix(address.path, backlog_)
                                      : net::adopt(address.fd);
  if (!listener) return listener.error();
  if (is_unix) {
    listener->url = address.text();
    listener->unix_path = address.path;
  }
  shared_names_.push_back(address.text());
  shared_.push_back(std::move(*listener));
  return {};
}

/// The first socket of an address decides where port 0 is.
Result<void> Sockets::listen_more(std::size_t group) {
  std::vector<net::Listener>& listeners = tcp_[group];
  const BindAddress& address = addresses_[group];
  const std::string port =
      listeners.empty() ? std::to_string(address.port) : listeners.front().port;
  auto listener = net::listen_tcp(address.host, port, backlog_);
  if (!listener) return listener.error();
  listeners.push_back(std::move(*listener));
  return {};
}

Result<void> Sockets::add_slot() {
  const std::size_t slots = static_cast<std::size_t>(slots_) + 1;
  for (std::size_t i = 0; i < tcp_.size(); ++i) {
    if (tcp_[i].size() == slots) continue;  // of a try that failed
    const auto more = listen_more(i);
    if (!more) return more.error();
  }
  ++slots_;
  return {};
}

Inheritance Sockets::bequest() const {
  Inheritance all;
  for (std::size_t i = 0; i < tcp_.size(); ++i) {
    for (const net::Listener& listener : tcp_[i])
      all[addresses_[i].text()].push_back(listener.fd.get());
  }
  for (std::size_t i = 0; i < shared_.size(); ++i)
    all[shared_names_[i]].push_back(shared_[i].fd.get());
  return all;
}

void Sockets::take_slot(int slot, std::vector<UniqueFd> fds) {
  if (slot != slots_) return;  // it is known
  ++slots_;
  for (std::size_t i = 0; i < tcp_.size() && i < fds.size(); ++i) {
    const net::Listener& like = tcp_[i].front();
    tcp_[i].push_back({std::move(fds[i]), like.url, like.host, like.port, ""});
  }
}

std::vector<int> Sockets::descriptors_of(int slot) const {
  std::vector<int> fds;
  for (const auto& group : tcp_)
    fds.push_back(group.at(static_cast<std::size_t>(slot)).fd.get());
  return fds;
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

// The system lets sockets of one user alone share an address (SO_REUSEPORT), and those
// of slots that are added later will be that user's.
void Sockets::give_to(uid_t uid, gid_t gid) const {
  for (const auto& group : tcp_) {
    for (const net::Listener& listener : group) {
      if (::fchown(listener.fd.get(), uid, gid) != 0)
        log::warning("cannot change the owner of " + listener.url);
    }
  }
  for (const net::Listener& shared : shared_) {
    if (shared.unix_path.empty()) continue;
    if (::lchown(shared.unix_path.c_str(), uid, gid) != 0)
      log::warning("cannot change the owner of " + shared.unix_path);
  }
}

void Sockets::unlink_paths() const {
  for (const net::Listener& shared : shared_) {
    if (!shared.unix_path.empty()) ::unlink(shared.unix_path.c_str());
  }
}

}  // namespace appserver::control
