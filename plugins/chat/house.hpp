// All rooms of one worker: who is connected, what is said to whom, and the thread that
// keeps up with the other workers.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gateway/sdk/host.hpp>
#include <gateway/sdk/threads.hpp>
#include <gateway/sdk/websocket.hpp>

#include "bus.hpp"
#include "bus_note.hpp"
#include "message.hpp"
#include "room.hpp"
#include "settings.hpp"

/// A client in a room. Lives: from enter() to leave(); changed by the house alone.
struct Member {
  gateway::WebSocketRef ws;
  std::string name, room;
  bool is_behind = false;  // something could not be posted to it
};

/// Threads: any. Clients are never waited for: what they are told is posted to the
/// thread of their exchange, and a client whose buffer is full is closed.
class House {
 public:
  /// Joins the other workers. Fails: std::runtime_error, gateway::Error.
  House(const Settings& settings, const gateway::Host& host);
  House(const House&) = delete;
  House& operator=(const House&) = delete;
  ~House() = default;

  /// The welcome to be sent to the member, before anything else; or nothing, and why
  /// not. `room` and `name` are fit.
  std::optional<std::string> enter(Member& member, std::string room, std::string name,
                                   std::string& why_not);
  void leave(Member& member);
  void say(const Member& member, std::string text);

 private:
  using Clock = gateway::Threads::Clock;
  using Frame = std::shared_ptr<const std::string>;

  struct Hall {  // a room, and who hears in it

    explicit Hall(std::size_t history) : room(history) {}

    Room room;
    std::vector<Member*> members;
    std::uint64_t last_used = 0;
    bool presence_changed = false;
  };

  // with the mutex held
  Hall* hall(const std::string& name);
  bool make_place();
  void changed(Hall& hall);
  static void tell(Hall& hall, std::string text);
  void tell_siblings(const BusNote& note, std::string_view to = {});
  void tell_presence();
  void take(BusNote& note);
  void greet(const std::string& sibling, bool wants_history);
  void forget(const std::string& sibling);

  // the thread of the bus
  void keep_up();
  void say_hello();
  void send_waiting();
  void receive_waiting();
  void sleep();
  void wake() const;
  BusNote note(BusNote::Kind kind, std::string room = {}) const;

  const Settings settings_;
  const gateway::Threads threads_;
  Bus bus_;     // the thread's own
  OwnFd wake_;  // eventfd
  std::vector<std::string> gone_;
  Clock::time_point next_ping_{}, next_presence_{};

  std::mutex mutex_;  // guards all below
  std::map<std::string, Hall, std::less<>> halls_;
  std::deque<std::pair<std::string, std::string>> outgoing_;  // to whom (""): what
  bool has_siblings_ = false, presence_changed_ = false;
  std::uint64_t said_ = 0, uses_ = 0;
};
