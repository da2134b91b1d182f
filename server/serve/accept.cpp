// Who is let in: taking connections from a listener, and what happens to those that are
// too many. They wait in the backlog above worker_connections; they are told and let go
// above limit_concurrency, limit_connections_per_address and when descriptors run out.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>

#include "base/log.hpp"
#include "serve/acceptor.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

constexpr std::int64_t kShortageSaidMs = 10'000;  // one line in the log for so long

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

net::Stream accept_one(int listener, sockaddr_storage& address) {
  socklen_t size = sizeof address;
  return net::Stream(UniqueFd(::accept4(listener, reinterpret_cast<sockaddr*>(&address),
                                        &size, SOCK_NONBLOCK | SOCK_CLOEXEC)));
}

Peer peer_of(const sockaddr_storage& address) {
  Peer peer;
  const void* ip = nullptr;
  in_port_t port = 0;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ip = &v4.sin_addr;
    port = v4.sin_port;
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ip = &v6.sin6_addr;
    port = v6.sin6_port;
  }
  if (ip == nullptr) return peer;
  ::inet_ntop(address.ss_family, ip, peer.addr.data(), peer.addr.size());
  peer.addr_size = static_cast<std::uint8_t>(std::strlen(peer.addr.data()));
  const char* end =
      std::to_chars(peer.port.data(), peer.port.data() + peer.port.size(), ntohs(port))
          .ptr;
  peer.port_size = static_cast<std::uint8_t>(end - peer.port.data());
  return peer;
}

/// With the PROXY protocol only those who may speak for others are let in.
bool may_begin(const Peer& peer, const config::Proxies& proxies) {
  if (proxies.protocol == config::ProxyProtocol::Off) return true;
  if (is_among(peer, proxies.protocol_from)) return true;
  log::info("closed a connection from " + std::string(peer.address()) +
            ": not in proxy_allow_from");
  return false;
}

}  // namespace

/// A descriptor to give up when there is no other, so that who connects can be told.
void Service::keep_reserve() {
  if (!reserve_) reserve_ = UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void Service::accept_from(Acceptor& acceptor, int most) {
  accept_batch(acceptor, most);
  begin_accepted();
}

void Service::accept_batch(Acceptor& acceptor, int most) {
  for (int i = 0; i < most; ++i) {
    if (count_ >= static_cast<std::size_t>(site_->settings.worker_connections) &&
        !stopping_) {
      return pause_accepting(true);
    }
    sockaddr_storage address{};
    net::Stream stream = accept_one(acceptor.fd(), address);
    if (!stream.is_open() && (errno == ECONNABORTED || errno == EINTR)) continue;
    bool from_reserve = false;
    if (!stream.is_open()) {
      if (!is_shortage(errno)) return;
      from_reserve = true;
      stream = accept_with_reserve(acceptor, address);
      if (!stream.is_open()) return;
    }
    take_in(std::move(stream), address, acceptor, from_reserve);
  }
}

/// Connections of a busy server bring their request with them: by the time that all who
/// wait are accepted it is here, and reading it at once saves registering. Where that
/// was wrong lately it is only tried now and then.
void Service::begin_accepted() {
  constexpr int kSure = 8;
  constexpr unsigned kTryEvery = 32;
  for (Connection* connection : accepted_) {
    const bool at_once = early_ > 0 || ++begun_ % kTryEvery == 0;
    const bool was_here = connection->begin(at_once);
    if (at_once) early_ = std::clamp(early_ + (was_here ? 1 : -1), 0, kSure);
  }
  accepted_.clear();
}

/// Not open when the reserve is in use, too, or nobody connects any more.
net::Stream Service::accept_with_reserve(const Acceptor& acceptor,
                                         sockaddr_storage& address) {
  if (loop_.now_ms() >= shortage_said_ms_ + kShortageSaidMs) {
    shortage_said_ms_ = loop_.now_ms();
    log::error("out of descriptors or memory: who connects is answered 503");
  }
  net::Stream stream;
  if (reserve_) {
    reserve_.reset();
    stream = accept_one(acceptor.fd(), address);
    if (stream.is_open()) return stream;
    const bool is_short = is_shortage(errno);
    keep_reserve();
    if (!is_short) return stream;
  }
  // Nothing comes from trying again before a descriptor is free: see after_batch, and
  // for those that others in this process give back, on_tick.
  is_short_ = true;
  pause_accepting(true);
  return stream;
}

/// Serves the connection, tells it that it is one too many, or drops it.
void Service::take_in(net::Stream stream, const sockaddr_storage& address,
                      const Acceptor& acceptor, bool from_reserve) {
  using Verdict = AddressCount::Verdict;
  const Peer peer = peer_of(address);
  if (!may_begin(peer, site_->settings.proxies)) {
    stream.close();
    return keep_reserve();
  }
  auto owned =
      std::make_unique<Connection>(*this, std::move(stream), peer, acceptor.place());
  Connection& connection = *owned;
  connection.open();
  const config::Limits& limits = site_->settings.limits;
  const bool is_full =
      limits.concurrency > 0 && count_ - turned_away_ >= limits.concurrency;
  unsigned refusal = from_reserve || is_full ? 503 : 0;
  if (refusal == 0 && limits.connections_per_address > 0) {
    const AddressKey key = address_key(address);
    const Verdict verdict = key == 0
                                ? Verdict::Serve
                                : addresses_.admit(key, limits.connections_per_address);
    if (verdict == Verdict::Drop) return;
    connection.address = key;
    if (verdict == Verdict::TurnAway) refusal = 429;
  }
  connection.next = first_;
  if (first_ != nullptr) first_->previous = &connection;
  first_ = owned.release();
  ++count_;
  seat_.worker.accepted.add();
  seat_.worker.connections.set(count_);
  if (from_reserve) reserve_holder_ = &connection;
  if (refusal == 0) return accepted_.push_back(&connection);
  ++turned_away_;
  connection.turned_away = true;
  connection.begin(false);
  if (!connection.is_closed()) connection.turn_away(refusal);
}

/// The accounts of one that is over; its descriptor is free.
void Service::let_go(Connection& connection) {
  --count_;
  seat_.worker.connections.set(count_);
  if (connection.turned_away) --turned_away_;
  if (connection.address != 0)
    addresses_.leave(connection.address, connection.turned_away);
  if (reserve_holder_ == &connection) {
    reserve_holder_ = nullptr;
    keep_reserve();
  }
  is_short_ = false;
}

void Service::pause_accepting(bool pause) {
  if (paused_ == pause) return;
  paused_ = pause;
  for (const auto& acceptor : acceptors_) {
    loop_.modify(acceptor->fd(), pause ? 0U : EPOLLIN, *acceptor);
  }
}

}  // namespace appserver::serve
