// One instance of the app under test and its gw_host: create, quiesce, destroy, and
// what it asked of the host.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gateway/gateway.h>

#include "app/host_threads.hpp"
#include "lint/findings.hpp"
#include "lint/lane.hpp"
#include "lint/lent.hpp"
#include "lint/now.hpp"
#include "lint/random.hpp"

namespace appserver::lint {

/// What outlives the instances: the threads, and where findings go.
struct Bench {
  Bench(Findings& to, Now& what) : findings(to), now(what) {}

  Findings& findings;
  Now& now;
  Lane control{"lint-control"};
  Lane event{"lint-exchange"};
  Lane blocking{"lint-exchange-2"};
  std::set<std::string, std::less<>> missing;  ///< extensions asked for and not here
};

/// Nanoseconds that a call may keep an event loop waiting before it counts as blocking:
/// more than a page of the image that comes from a slow disk.
inline constexpr std::uint64_t kBlockedMost = 20'000'000;

/// Runs `step`, a call into the app, on this thread: behind a wall for exceptions (D7),
/// named for those who ask where it crashed, its waiting measured if `is_event` (D4).
/// False when an exception came out.
bool call_app(Bench& bench, std::string_view name, bool is_event,
              const std::function<void()>& step);

struct Pending;
class WebSocket;
class Exchange;

class Instance {
 public:
  Instance(Bench& bench, const gw_app& app, const std::string& callable,
           const std::string& config);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() = default;

  /// False when create() refused; the reason is in `why`.
  bool create(std::string& why);
  /// quiesce, destroy, and what is left behind. False: it stays for ever.
  bool destroy();

  /// An [exchange] call: on one thread for an event app, on any of two for a blocking
  /// one.
  Lane& lane(Random& random) {
    return is_event() || random.chance(50) ? bench.event : bench.blocking;
  }

  [[nodiscard]] bool is_event() const { return (app.flags & GW_BLOCKING) == 0; }

  [[nodiscard]] bool is_serial() const { return (app.flags & GW_SERIAL) != 0; }

  [[nodiscard]] bool is_buffered() const { return (app.flags & GW_BUFFERED) != 0; }

  static Instance& of(const gw_host* host) {
    return *static_cast<Instance*>(host->host);
  }

  /// Reports when this is not the [control] thread, in a call.
  bool may_control(std::string_view function);

  /// What detach() gives lives to the end of the instance.
  void keep(const std::shared_ptr<Pending>& pending);

  /// The number of an attribute's name.
  std::int32_t attribute(std::string_view name);

  Bench& bench;
  const gw_app app;
  void* self = nullptr;
  bool is_middleware = false;  ///< it asked for gw.middleware/1
  app::HostThreads threads;
  std::vector<std::shared_ptr<Pending>> pendings;      ///< all that detach() has given
  std::vector<std::shared_ptr<WebSocket>> websockets;  ///< all that accept() has given

 private:
  static void log(const gw_host* host, std::uint32_t level, gw_str text);
  static const void* extension(const gw_host* host, const char* id);
  Lent lent_;
  const gw_host* host_ = nullptr;
  std::atomic<std::thread::id> controls_;
  std::mutex mutex_;  // guards the two below: an app may log from any thread
  std::string reason_;
  std::vector<std::string> attributes_;
};

/// The strict host's table of an extension; null: not offered.
const void* find_extension(std::string_view id);

}  // namespace appserver::lint
