// Sweeping deadlines, publishing a site, stopping. Accepting is in accept.cpp.
#include "serve/service.hpp"

#include <sys/epoll.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "serve/acceptor.hpp"
#include "serve/connection.hpp"

namespace appserver::serve {
namespace {

// Lines of the log are written so often, and accepting is tried again so often when
// descriptors have run out: ten failures a second.
constexpr int kShortTickMs = 100;

/// The sweep must be a few times finer than the shortest timeout, and a second is fine
/// enough.
int sweep_for(const config::Timeouts& timeouts, const config::WebSockets& websockets) {
  std::int64_t shortest = 4000;
  for (const auto& t : {timeouts.head, timeouts.body, timeouts.send, timeouts.keepalive,
                        timeouts.request, timeouts.graceful, timeouts.min_rate_grace,
                        websockets.ping_interval, websockets.pong_timeout}) {
    if (t.count() > 0) shortest = std::min<std::int64_t>(shortest, t.count());
  }
  return static_cast<int>(std::clamp<std::int64_t>(shortest / 4, 20, 1000));
}

std::uint64_t random_seed() {
  std::uint64_t seed = monotonic_now_ns();
  const ssize_t ignored = ::getrandom(&seed, sizeof seed, 0);  // the clock will do, too
  static_cast<void>(ignored);
  return seed;
}

BlockSizes block_sizes(const config::Limits& limits) {
  return {limits.request_head, limits.request_line, limits.request_fields};
}

}  // namespace

Service::Service(net::EventLoop& loop, AccessLog& access, board::Seat& seat,
                 std::shared_ptr<const site::Site> site)
    : loop_(loop),
      access_(access),
      seat_(seat),
      site_(std::move(site)),
      blocks_(block_sizes(site_->settings.limits)),
      addresses_(random_seed()),
      sweep_ms_(sweep_for(site_->settings.timeouts, site_->settings.websockets)) {
  const std::uint64_t seed = random_seed();
  request_id_.fill('0');
  for (std::size_t i = 0; i < 16; ++i) {
    request_id_[i] = "0123456789abcdef"[(seed >> (4 * i)) & 15U];
  }
  // From now on requests pay for nothing that can be had before.
  blocks_.give(blocks_.take());
  keep_reserve();
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

void Service::connection_closed(Connection& connection) {
  if (connection.previous != nullptr) connection.previous->next = connection.next;
  if (connection.next != nullptr) connection.next->previous = connection.previous;
  if (first_ == &connection) first_ = connection.next;
  connection.previous = connection.next = nullptr;
  let_go(connection);
  closed_.push_back(&connection);
}

net::WebSocketServices& Service::websockets() {
  if (!websockets_) websockets_ = std::make_unique<net::WebSocketServices>();
  return *websockets_;
}

const http::PreparedFields& Service::prepared_fields() {
  if (prepared_second_ != unix_s()) {
    prepared_second_ = unix_s();
    prepared_.set_date(date_.imf(unix_s()));
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
  for (const auto& generation : gone) generation->begin_stop();
  for (Connection* c = gone.empty() ? nullptr : first_; c != nullptr;) {
    Connection* next = c->next;
    for (const auto& generation : gone) c->retire(*generation);
    c = next;
  }
  retiring_.insert(retiring_.end(), gone.begin(), gone.end());
  site_ = std::move(site);
  ++site_number_;
  sweep_ms_ = sweep_for(site_->settings.timeouts, site_->settings.websockets);
  retire_unused();
}

void Service::exchange_begins(app::Generation& generation) {
  ++generation.in_flight;
  seat_.apps[generation.row].in_flight.add();
  seat_.worker.exchanges.add();
}

void Service::exchange_ended(app::Generation& generation) {
  seat_.apps[generation.row].in_flight.sub();
  seat_.worker.exchanges.sub();
  lease_ended(generation);
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

void Service::begin_stop(std::int64_t deadline_ms, std::int64_t idle_ms) {
  if (stopping_) {  // told again, and perhaps to hurry
    stop_deadline_ms_ = std::min(stop_deadline_ms_, loop_.now_ms() + deadline_ms);
    if (idle_ms == 0 && idle_until_ms_ > loop_.now_ms()) {
      idle_until_ms_ = 0;
      close_idle();
    }
    return;
  }
  stopping_ = true;
  log::info("draining: no new connections, " + std::to_string(count_) + " to finish");
  stop_deadline_ms_ = loop_.now_ms() + deadline_ms;
  for (const auto& generation : site::all_generations(*site_)) generation->begin_stop();
  for (const auto& acceptor : acceptors_) {
    accept_from(*acceptor,
                site_->settings.backlog);  // they connected before we stopped
    loop_.remove(acceptor->fd());
  }
  idle_until_ms_ = idle_ms == 0 ? 0 : loop_.now_ms() + idle_ms;
  close_idle();
  update_tick();
}

void Service::close_idle() {
  for (Connection* c = first_; c != nullptr;) {
    Connection* next = c->next;
    c->stop_keeping();
    c = next;
  }
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

void Service::before_batch(std::int64_t now_us) {
  seat_.worker.busy_since_ns.set(static_cast<std::uint64_t>(now_us) * 1000);
}

void Service::after_batch(std::int64_t) {
  for (Connection* connection : closed_) delete connection;
  closed_.clear();
  left_.clear();
  const auto most = static_cast<std::size_t>(site_->settings.worker_connections);
  if (paused_ && !is_short_ && !stopping_ && count_ < most) pause_accepting(false);
  if (stopping_ && count_ == 0) loop_.stop();
  update_tick();
  seat_.worker.busy_since_ns.set(0);
}

/// Wakes for what is due first; a worker without connections sleeps.
void Service::update_tick() {
  const bool busy = count_ > 0 || stopping_ || paused_ || blocks_.holds_freed();
  std::int64_t wait = 0;
  if (busy) wait = std::max<std::int64_t>(next_sweep_ms_ - loop_.now_ms(), 1);
  if (access_.has_pending() || is_short_)
    wait = busy ? std::min<std::int64_t>(wait, kShortTickMs) : kShortTickMs;
  if (const std::uint64_t timer_ns = timers_.first_ns(); timer_ns != 0) {
    const std::int64_t ms = static_cast<std::int64_t>(timer_ns / 1'000'000U) + 1;
    const std::int64_t until = std::max<std::int64_t>(ms - loop_.now_ms(), 1);
    wait = wait == 0 ? until : std::min(wait, until);
  }
  loop_.set_tick(static_cast<int>(wait));
}

void Service::on_tick(std::int64_t now_ms) {
  if (timers_.first_ns() != 0) timers_.run(monotonic_now_ns());
  access_.flush();
  if (std::exchange(is_short_, false)) {  // somebody may have given descriptors back
    if (reserve_holder_ == nullptr) keep_reserve();
    pause_accepting(false);
  }
  if (now_ms >= next_sweep_ms_) sweep(now_ms);
  if (stopping_ && now_ms >= stop_deadline_ms_) stop_now();
}

/// What is only looked at now and then.
void Service::count_states() {
  app::ThreadPool::Load load;
  for (const site::Mount& mount : site_->mounts) {
    if (mount.generation->threads) load += mount.generation->threads->load();
  }
  seat_.worker.queued.set(load.queued);
  seat_.worker.busy_threads.set(load.busy);
  seat_.worker.log_drops.set(access_.drop_count());
}

void Service::sweep(std::int64_t now_ms) {
  next_sweep_ms_ = now_ms + sweep_ms_;
  blocks_.release_memory();
  count_states();
  for (Connection* c = first_; c != nullptr;) {
    Connection* next = c->next;
    c->check_deadline(now_ms);
    c = next;
  }
}

}  // namespace appserver::serve
