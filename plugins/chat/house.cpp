#include "house.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPresenceEvery{200};  // so many joins are told at once
constexpr milliseconds kPingEvery{1000};     // and a look whether the app shall end
constexpr std::size_t kOutgoingMost = 1024;  // datagrams; more are dropped
constexpr std::size_t kHistoryPiece = 64 * 1024;  // bytes of JSON in one datagram
constexpr std::size_t kWelcomeMost = 256 * 1024;  // bytes of history in a welcome
constexpr std::uint32_t kTooSlow = 1008;

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

std::size_t weight_of(const Said& said) {
  return 2 * (said.name.size() + said.text.size()) + 100;
}

/// The newest, as many as a welcome holds.
std::vector<Said> newest(std::vector<Said> all) {
  std::size_t weight = 0;
  auto from = all.end();
  while (from != all.begin() && weight < kWelcomeMost) weight += weight_of(*--from);
  all.erase(all.begin(), from);
  return all;
}

std::filesystem::path bus_folder(const Settings& settings) {
  return settings.bus.empty() ? default_bus_folder()
                              : std::filesystem::path(settings.bus);
}

}  // namespace

House::House(const Settings& settings, const gateway::Host& host)
    : settings_(settings),
      threads_(host),
      bus_(bus_folder(settings)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  // Before an older build in this process is told to stop: it can answer yet.
  say_hello();
  threads_.spawn("chat-bus", [this] { keep_up(); });
}

// ---- clients ----

std::optional<std::string> House::enter(Member& member, std::string room,
                                        std::string name, std::string& why_not) {
  const std::lock_guard lock(mutex_);
  Hall* const to = hall(room);
  if (to == nullptr || to->room.count() >= settings_.members) {
    why_not = to == nullptr ? "there are too many rooms" : "the room is full";
    return std::nullopt;
  }
  member.room = std::move(room);
  member.name = std::move(name);
  to->room.enter(member.name);
  to->members.push_back(&member);
  changed(*to);
  return welcome_json(member.room, member.name, newest(to->room.history.all()),
                      to->room.everywhere());
}

void House::leave(Member& member) {
  const std::lock_guard lock(mutex_);
  const auto found = halls_.find(member.room);
  if (found == halls_.end()) return;
  Hall& hall = found->second;
  if (std::erase(hall.members, &member) == 0) return;
  hall.room.leave(member.name);
  changed(hall);
}

void House::say(const Member& member, std::string text) {
  const std::lock_guard lock(mutex_);
  Hall* const to = hall(member.room);
  if (to == nullptr) return;
  const Said said{bus_.name() + "-" + std::to_string(++said_), member.name,
                  std::move(text), now_ms()};
  to->room.history.add(said);
  tell(*to, said_json(said));
  if (!has_siblings_) return;
  BusNote telling = note(BusNote::Kind::Said, member.room);
  telling.said.push_back(said);
  tell_siblings(telling);
}

// ---- rooms ----

/// Null: there are too many.
House::Hall* House::hall(const std::string& name) {
  auto found = halls_.find(name);
  if (found == halls_.end()) {
    if (halls_.size() >= settings_.rooms && !make_place()) return nullptr;
    found = halls_.try_emplace(name, settings_.history).first;
  }
  found->second.last_used = ++uses_;
  return &found->second;
}

/// Forgets the room that nobody is in for the longest time.
bool House::make_place() {
  auto oldest = halls_.end();
  for (auto at = halls_.begin(); at != halls_.end(); ++at) {
    if (at->second.room.has_members()) continue;
    if (oldest == halls_.end() || at->second.last_used < oldest->second.last_used) {
      oldest = at;
    }
  }
  if (oldest == halls_.end()) return false;
  halls_.erase(oldest);
  return true;
}

void House::changed(Hall& hall) {
  hall.presence_changed = true;
  if (!std::exchange(presence_changed_, true)) wake();
}

/// To all members in this worker. Whose host has no room for a post is closed by the
/// first that it has room for.
void House::tell(Hall& hall, std::string text) {
  const Frame frame = std::make_shared<const std::string>(std::move(text));
  for (Member* member : hall.members) {
    const auto posted =
        member->ws.post([frame, is_late = member->is_behind](gateway::WebSocket& ws) {
          const std::int32_t sent = is_late ? GW_E_AGAIN : ws.send(*frame);
          if (sent == GW_E_AGAIN || sent == GW_E_TOOBIG) ws.close(kTooSlow, "too slow");
        });
    member->is_behind = posted == GW_E_AGAIN;
  }
}

void House::tell_presence() {
  if (!std::exchange(presence_changed_, false)) return;
  for (auto at = halls_.begin(); at != halls_.end();) {
    Hall& hall = at->second;
    if (std::exchange(hall.presence_changed, false)) {
      tell(hall, presence_json(hall.room.everywhere()));
      BusNote telling = note(BusNote::Kind::Here, at->first);
      telling.presence = hall.room.here();
      tell_siblings(telling);
    }
    const bool is_used = hall.room.has_members() || !hall.room.history.empty();
    at = is_used ? std::next(at) : halls_.erase(at);
  }
}

// ---- the other workers ----

BusNote House::note(BusNote::Kind kind, std::string room) const {
  BusNote note;
  note.kind = kind;
  note.from = bus_.name();
  note.room = std::move(room);
  return note;
}

void House::tell_siblings(const BusNote& note, std::string_view to) {
  if (!has_siblings_ || outgoing_.size() >= kOutgoingMost) return;
  outgoing_.emplace_back(to, bus_json(note));
  wake();
}

/// A worker that has come hears who is here, and, if it asks, what was said.
void House::greet(const std::string& sibling, bool wants_history) {
  for (const auto& [name, hall] : halls_) {
    BusNote here = note(BusNote::Kind::Here, name);
    here.presence = hall.room.here();
    if (here.presence.count > 0) tell_siblings(here, sibling);
    if (!wants_history) continue;
    BusNote before = note(BusNote::Kind::Said, name);
    std::size_t weight = 0;
    for (const Said& said : hall.room.history.all()) {
      weight += weight_of(said);
      before.said.push_back(said);
      if (weight < kHistoryPiece) continue;
      tell_siblings(before, sibling);
      before.said.clear();
      weight = 0;
    }
    if (!before.said.empty()) tell_siblings(before, sibling);
  }
}

void House::forget(const std::string& sibling) {
  for (auto& [name, hall] : halls_) {
    if (hall.room.forget(sibling)) changed(hall);
  }
}

void House::take(BusNote& note) {
  if (note.kind == BusNote::Kind::Bye) {
    bus_.part(note.from);
    return forget(note.from);
  }
  const bool is_new = bus_.meet(note.from);
  has_siblings_ = true;
  const bool says_hello = note.kind == BusNote::Kind::Hello;
  if (is_new || says_hello) greet(note.from, says_hello && note.wants_history);
  if (note.kind != BusNote::Kind::Here && note.kind != BusNote::Kind::Said) return;
  Hall* const in = hall(note.room);
  if (in == nullptr) return;
  if (note.kind == BusNote::Kind::Here) {
    // What is no news is not passed on: two workers would answer each other for ever.
    if (in->room.set_elsewhere(note.from, std::move(note.presence))) changed(*in);
    return;
  }
  for (const Said& said : note.said) {
    if (in->room.history.add(said)) tell(*in, said_json(said));
  }
}

// ---- the thread of the bus ----

void House::keep_up() {
  while (!threads_.should_stop()) {
    send_waiting();
    receive_waiting();
    sleep();
  }
  receive_waiting();  // who has come meanwhile is still answered
  send_waiting();
  bus_.send_all(bus_json(note(BusNote::Kind::Bye)), gone_);
}

/// History is asked of the first that can be reached. Before the thread begins.
void House::say_hello() {
  BusNote hello = note(BusNote::Kind::Hello);
  hello.wants_history = true;
  for (const std::string& sibling : bus_.siblings()) {
    const std::size_t gone_before = gone_.size();
    bus_.send(sibling, bus_json(hello), gone_);
    if (gone_.size() == gone_before) hello.wants_history = false;
  }
  next_ping_ = Clock::now() + kPingEvery;
  const std::lock_guard lock(mutex_);
  has_siblings_ = !bus_.siblings().empty();
}

void House::send_waiting() {
  std::deque<std::pair<std::string, std::string>> waiting;
  const auto now = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (now >= next_presence_ && presence_changed_) {
      tell_presence();
      next_presence_ = now + kPresenceEvery;
    }
    waiting.swap(outgoing_);
  }
  for (const auto& [to, bytes] : waiting) {
    to.empty() ? bus_.send_all(bytes, gone_) : bus_.send(to, bytes, gone_);
  }
  if (now >= next_ping_) {
    bus_.send_all(bus_json(note(BusNote::Kind::Ping)), gone_);
    next_ping_ = Clock::now() + kPingEvery;
  }
  if (gone_.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& sibling : std::exchange(gone_, {})) forget(sibling);
  has_siblings_ = !bus_.siblings().empty();
}

void House::receive_waiting() {
  std::string bytes;
  while (bus_.receive(bytes)) {
    std::optional<BusNote> note = read_bus_note(bytes);
    if (!note) continue;
    const std::lock_guard lock(mutex_);
    take(*note);
  }
}

void House::sleep() {
  Clock::time_point until = next_ping_;
  {
    const std::lock_guard lock(mutex_);
    if (!outgoing_.empty()) return;
    if (presence_changed_) until = std::min(until, next_presence_);
  }
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  std::array<pollfd, 2> news{{{bus_.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
  ::poll(news.data(), news.size(), left > 0 ? static_cast<int>(left) : 0);
  eventfd_t ignored = 0;
  ::eventfd_read(wake_.get(), &ignored);
}

void House::wake() const {
  ::eventfd_write(wake_.get(), 1);
}
