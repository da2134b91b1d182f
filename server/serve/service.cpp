// Accepting, sweeping deadlines, publishing a site, stopping.
#include "serve/service.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "serve/connection.hpp"

namespace appserver::serve {
namespace {

constexpr int kAcceptBatch = 64;  // of one listener and event: others get their turn
constexpr int kLogFlushMs = 100;

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

/// The sweep must be a few times finer than the shortest timeout, and a second is fine
/// enough.
int sweep_for(const config::Timeouts& timeouts) {
  std::int64_t shortest = 4000;
  for (const auto& t : {timeouts.head, timeouts.body, timeouts.send, timeouts.keepalive,
                        timeouts.request, timeouts.graceful}) {
    if (t.count() > 0) shortest = std::min<std::int64_t>(shortest, t.count());
  }
  return static_cast<int>(std::clamp<std::int64_t>(shortest / 4, 20, 1000));
}

BlockSizes block_sizes(const config::Limits& limits) {
  return {limits.request_head, limits.request_line, limits.request_fields};
}

}  // namespace

/// One listener in the loop.
class Service::Acceptor final : public net::Watch {
 public:
  Acceptor(Service& service, ListenerPlace place)
      : service_(service),
        place_(std::make_shared<const ListenerPlace>(std::move(place))) {}

  void on_ready(std::uint32_t) override { service_.accept_from(*this, kAcceptBatch); }

  [[nodiscard]] const std::shared_ptr<const ListenerPlace>& place() const {
    return place_;
  }

  [[nodiscard]] int fd() const { return place_->fd; }

 private:
  Service& service_;
  std::shared_ptr<const ListenerPlace> place_;  ///< outlives us where connections do
};

Service::Service(net::EventLoop& loop, AccessLog& access,
                 std::shared_ptr<const site::Site> site)
    : loop_(loop),
      access_(access),
      site_(std::move(site)),
      blocks_(block_sizes(site_->settings.limits)),
      unix_s_(unix_now_s()),
      sweep_ms_(sweep_for(site_->settings.timeouts)) {
  std::uint64_t seed = monotonic_now_ns();
  const ssize_t ignored = ::getrandom(&seed, sizeof seed, 0);  // the clock will do, too
  static_cast<void>(ignored);
  request_id_.fill('0');
  for (std::size_t i = 0; i < 16; ++i) {
    request_id_[i] = "0123456789abcdef"[(seed >> (4 * i)) & 15U];
  }
  // From now on requests pay for nothing that can be had before.
  blocks_.give(blocks_.take());
}

Service::~Service() {
  while (first_ != nullptr) {
    first_->abort();
    if (first_ != nullptr && !first_->is_closed()) connection_closed(*first_);
  }
  for (Connection* connection : closed_) delete connection;
}

bool Service::listen(const ListenerPlace& place) {
  acceptors_.push_back(std::make_unique<Acceptor>(*this, place));
  return loop_.add(place.fd, paused_ ? 0U : EPOLLIN, *acceptors_.back());
}

void Service::leave(int fd) {
  loop_.remove(fd);
  for (auto& acceptor : acceptors_) {
    if (acceptor->fd() == fd) left_.push_back(std::move(acceptor));
  }
  std::erase(acceptors_, nullptr);
}

void Service::accept_from(Acceptor& acceptor, int most) {
  for (int i = 0; i < most; ++i) {
    if (count_ >= static_cast<std::size_t>(site_->settings.worker_connections) &&
        !stopping_) {
      return pause_accepting(true);
    }
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    net::Stream stream(
        UniqueFd(::accept4(acceptor.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC)));
    if (!stream.is_open()) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        log::error("out of descriptors or memory: accepting again in a moment");
        descriptors_short_ = true;
        pause_accepting(true);
      }
      return;
    }
    auto connection = std::make_unique<Connection>(*this, std::move(stream),
                                                   peer_of(address), acceptor.place());
    if (!connection->open()) continue;
    connection->next = first_;
    if (first_ != nullptr) first_->previous = connection.get();
    first_ = connection.release();
    ++count_;
  }
}

void Service::pause_accepting(bool pause) {
  if (paused_ == pause) return;
  paused_ = pause;
  for (const auto& acceptor : acceptors_) {
    loop_.modify(acceptor->fd(), pause ? 0U : EPOLLIN, *acceptor);
  }
}

void Service::connection_closed(Connection& connection) {
  if (connection.previous != nullptr) connection.previous->next = connection.next;
  if (connection.next != nullptr) connection.next->previous = connection.previous;
  if (first_ == &connection) first_ = connection.next;
  connection.previous = connection.next = nullptr;
  --count_;
  descriptors_short_ = false;  // one is free again
  closed_.push_back(&connection);
}

const http::PreparedFields& Service::prepared_fields() {
  if (prepared_second_ != unix_s_) {
    prepared_second_ = unix_s_;
    prepared_.set_date(date_.imf(unix_s_));
  }
  return prepared_;
}

const std::array<char, 32>& Service::next_request_id() {
  // Counts in hex text, from the last digit on: nearly always one step.
  for (std::size_t i = request_id_.size(); i-- > 16;) {
    char& digit = request_id_[i];
    if (digit != 'f') {
      digit = digit == '9' ? 'a' : static_cast<char>(digit + 1);
      break;
    }
    digit = '0';
  }
  return request_id_;
}

void Service::publish(std::shared_ptr<const site::Site> site) {
  const auto gone = site::retired_generations(*site_, site.get());
  retiring_.insert(retiring_.end(), gone.begin(), gone.end());
  site_ = std::move(site);
  sweep_ms_ = sweep_for(site_->settings.timeouts);
  retire_unused();
}

void Service::lease_ended(app::Generation& generation) {
  --generation.in_flight;
  if (generation.in_flight == 0 && !retiring_.empty()) retire_unused();
}

void Service::retire_unused() {
  const auto unused =
      std::stable_partition(retiring_.begin(), retiring_.end(),
                            [](const auto& g) { return g->in_flight > 0; });
  std::vector<std::shared_ptr<app::Generation>> ready(unused, retiring_.end());
  retiring_.erase(unused, retiring_.end());
  for (auto& generation : ready) {
    if (on_retired) on_retired(std::move(generation));
  }
}

void Service::begin_stop(std::int64_t deadline_ms) {
  if (stopping_) {  // told again, and perhaps to hurry
    stop_deadline_ms_ = std::min(stop_deadline_ms_, loop_.now_ms() + deadline_ms);
    return;
  }
  stopping_ = true;
  log::info("draining: no new connections, " + std::to_string(count_) + " to finish");
  stop_deadline_ms_ = loop_.now_ms() + deadline_ms;
  for (const auto& acceptor : acceptors_) {
    accept_from(*acceptor,
                site_->settings.backlog);  // they connected before we stopped
    loop_.remove(acceptor->fd());
  }
  for (Connection* c = first_; c != nullptr;) {
    Connection* next = c->next;
    c->stop_keeping();
    c = next;
  }
  update_tick();
}

void Service::stop_now() {
  for (Connection* c = first_; c != nullptr;) {
    Connection* next = c->next;
    cut_ += c->has_exchange() ? 1 : 0;
    c->abort();
    c = next;
  }
  loop_.stop();
}

void Service::after_batch(std::int64_t) {
  unix_s_ = unix_now_s();
  for (Connection* connection : closed_) delete connection;
  closed_.clear();
  left_.clear();
  const auto most = static_cast<std::size_t>(site_->settings.worker_connections);
  if (paused_ && !descriptors_short_ && !stopping_ && count_ < most)
    pause_accepting(false);
  if (stopping_ && count_ == 0) loop_.stop();
  update_tick();
}

void Service::update_tick() {
  const bool busy = count_ > 0 || stopping_ || paused_;
  loop_.set_tick(access_.has_pending() ? std::min(kLogFlushMs, sweep_ms_)
                 : busy                ? sweep_ms_
                                       : 0);
}

void Service::on_tick(std::int64_t now_ms) {
  unix_s_ = unix_now_s();
  access_.flush();
  if (std::exchange(descriptors_short_, false)) pause_accepting(false);
  for (Connection* c = first_; c != nullptr;) {
    Connection* next = c->next;
    c->check_deadline(now_ms);
    c = next;
  }
  if (stopping_ && now_ms >= stop_deadline_ms_) stop_now();
}

}  // namespace appserver::serve
