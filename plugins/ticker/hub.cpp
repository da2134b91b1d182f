#include "hub.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

namespace {

using std::chrono::milliseconds;
using Wall = std::chrono::system_clock;

/// How often it is asked whether the app shall end.
constexpr milliseconds kStopLook{1000};

/// More need not be counted, and a number that was never ours is far away.
constexpr std::uint64_t kMissedMost = 1'000'000;

template <class Clock>
milliseconds time_of() {
  return std::chrono::duration_cast<milliseconds>(Clock::now().time_since_epoch());
}

/// {"tick": n, "time": "2026-11-21T17:00:00.000Z"}
std::string tick_text(std::uint64_t id, milliseconds interval) {
  const auto ms = static_cast<std::int64_t>(id) * interval.count();
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> time{};
  const std::size_t n =
      std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::string thousandth = std::to_string(1000 + ms % 1000);
  thousandth[0] = '.';
  std::string json = "{\"tick\":" + std::to_string(id) + ",\"time\":\"";
  json.append(time.data(), n).append(thousandth).append("Z\"}");
  return event_text(id, json);
}

EventLog::Event told(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

Subscriber::Subscriber(Hub& hub, gateway::Pending pending, std::uint64_t from)
    : hub_(hub), pending_(std::move(pending)), next_id_(from) {
  // The head leaves with it, and the client learns how soon to come back.
  event_ = told("retry: " + std::to_string(hub.settings_.retry.count()) + "\n\n");
  const std::lock_guard lock(hub_.mutex_);
  beats_ = hub_.beats_;
  place_ = hub_.subscribers_.size();
  hub_.subscribers_.push_back(this);
}

Subscriber::~Subscriber() {
  const std::lock_guard lock(hub_.mutex_);
  auto& all = hub_.subscribers_;
  all[place_] = all.back();
  all[place_]->place_ = place_;
  all.pop_back();
}

/// As many events as there is room for.
std::int64_t Subscriber::next(char* to, std::size_t cap) {
  std::size_t filled = 0;
  while (filled < cap) {
    if (event_ == nullptr) event_ = hub_.next_for(*this);
    if (event_ == nullptr) break;
    std::string_view rest = std::string_view(*event_).substr(sent_);
    const auto count = gateway::copy_some(rest, to + filled, cap - filled);
    filled += static_cast<std::size_t>(count);
    sent_ += static_cast<std::size_t>(count);
    if (!rest.empty()) break;
    event_ = nullptr;
    sent_ = 0;
  }
  if (filled > 0) return static_cast<std::int64_t>(filled);
  const std::lock_guard lock(hub_.mutex_);
  return hub_.stops_ ? 0 : GW_E_AGAIN;
}

Hub::Hub(const Settings& settings, const gateway::Host& host)
    : settings_(settings),
      threads_(host),
      log_(settings.history, 0),
      heartbeat_(told(":\n\n")) {}

bool Hub::is_full() const {
  const std::lock_guard lock(mutex_);
  return subscribers_.size() >= settings_.subscribers;
}

void Hub::subscribe(const gateway::Environ& env, gateway::Writer& out,
                    const gateway::Async& async) {
  const std::optional<std::uint64_t> last =
      event_id(env.header("last-event-id").value_or(""));
  std::uint64_t from = 0;
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    say_what_is_due();
    from = log_.next_id() - 1;  // what is now
    if (last && *last < log_.next_id()) from = *last + 1;
    leads = !std::exchange(has_leader_, true);
  }
  const gateway::Pending pending = async.detach(env);
  if (leads) lead(env, pending);
  out.pull<Subscriber>(*this, pending, from);
}

EventLog::Event Hub::next_for(Subscriber& subscriber) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t first = log_.first_id();
  if (subscriber.next_id_ < first) {
    const std::uint64_t missed = first - std::exchange(subscriber.next_id_, first);
    return told("event: missed\ndata: " +
                std::to_string(std::min(missed, kMissedMost)) + "\n\n");
  }
  if (auto event = log_.find(subscriber.next_id_)) {
    ++subscriber.next_id_;
    subscriber.beats_ = beats_;
    return event;
  }
  if (std::exchange(subscriber.beats_, beats_) != beats_) return heartbeat_;
  return nullptr;
}

milliseconds Hub::now() {
  return pace_.now(time_of<std::chrono::steady_clock>(), time_of<Wall>());
}

/// Ticks are numbered by the clock, so that all workers number them alike and one that
/// was just started knows what was before it.
void Hub::say_what_is_due() {
  const auto now = static_cast<std::uint64_t>(this->now() / settings_.interval);
  const std::uint64_t oldest =
      now + 1 - std::min<std::uint64_t>(settings_.history, now);
  if (log_.next_id() < oldest) log_.restart(oldest);
  const bool is_due = log_.next_id() <= now;
  while (log_.next_id() <= now) {
    log_.add(tick_text(log_.next_id(), settings_.interval));
  }
  const auto at = Clock::now();
  const bool is_silent = at - last_word_ >= settings_.heartbeat;
  if (!is_due && is_silent) ++beats_;
  stops_ = threads_.should_stop();
  if (!is_due && !is_silent && !stops_) return;
  last_word_ = at;
  wake_all();
}

void Hub::wake_all() {
  for (const Subscriber* subscriber : subscribers_) subscriber->pending_.wake();
}

Hub::Clock::time_point Hub::next_look() {
  const milliseconds since = now() % settings_.interval;
  const auto at = Clock::now();
  return std::min({at + (settings_.interval - since), at + kStopLook,
                   std::max(at, last_word_ + settings_.heartbeat)});
}

void Hub::lead(const gateway::Environ& env, const gateway::Pending& pending) {
  Clock::time_point when;
  {
    const std::lock_guard lock(mutex_);
    when = next_look();
  }
  const auto look = [this, pending](const gateway::Environ* here) {
    if (here == nullptr) return elect();
    {
      const std::lock_guard lock(mutex_);
      say_what_is_due();
    }
    lead(*here, pending);
  };
  try {
    pending.at(env, when, look);
  } catch (...) {  // the next that comes shall lead
    const std::lock_guard lock(mutex_);
    has_leader_ = false;
    throw;
  }
}

/// A timer belongs to an exchange; so it is handed to the next when that is over.
void Hub::elect() {
  const std::lock_guard lock(mutex_);
  for (const Subscriber* subscriber : subscribers_) {
    const gateway::Pending& pending = subscriber->pending_;
    const auto posted = pending.post([this, pending](const gateway::Environ* here) {
      if (here == nullptr) return elect();
      lead(*here, pending);
    });
    if (posted == GW_OK) return;
  }
  has_leader_ = false;
}
