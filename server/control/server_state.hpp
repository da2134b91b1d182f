// What the supervisor knows of the server at one moment, as a value: what status,
// probes and metrics are made from. Knows no sockets and no processes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "board/counts.hpp"

namespace appserver::control {

enum class Phase : unsigned char { Starting, Serving, Reloading, Draining, Stopping };

/// "serving".
std::string_view phase_text(Phase phase);

/// Why a worker was replaced by another.
enum class Respawn : unsigned char { Error, Timeout, Lifetime, Rss, Requests, Other };
inline constexpr std::array<std::string_view, 6> kRespawnReasons{
    "error", "timeout", "lifetime", "rss", "requests", "other"};

/// What the supervisor itself counts; since its start.
struct SupervisorCounts {
  std::array<std::uint64_t, kRespawnReasons.size()> respawns{};
  std::uint64_t spawned = 0;  ///< that came up
  std::uint64_t crashes = 0;  ///< that ended unasked
  std::uint64_t reloads = 0, refused_reloads = 0;

  /// A worker is gone. `unasked`: nobody told it to; `because`: what it was told to go
  /// for; "" or an end without a successor counts as no respawn.
  void worker_ended(bool unasked, std::string_view because);
};

struct WorkerState {
  int number = 0;  ///< from 1 on
  std::int64_t pid = 0;
  std::string_view state;  ///< "booting", "ready" or "leaving"
  bool is_ready = false;
  std::int64_t age_ms = 0;
  std::uint64_t resident_bytes = 0;  ///< as it was last looked at
  board::WorkerCounts counts;
};

/// One version of an app.
struct AppState {
  std::string app;                  ///< as it was asked for; "-": requests of no app
  std::string version;              ///< 12 digits of its SHA-256
  std::vector<std::string> mounts;  ///< where it is served now; none: it has been
  bool is_out_of_service = false;   ///< its requests are answered 503
  std::uint64_t crashes = 0;        ///< worker processes that it ended
  board::AppCounts counts;
};

struct ServerState {
  Phase phase = Phase::Starting;
  std::int64_t pid = 0;
  std::int64_t started_s = 0;  ///< seconds since 1970
  std::int64_t uptime_ms = 0;
  std::uint64_t now_ns = 0;  ///< CLOCK_MONOTONIC
  std::int64_t stuck_after_ms = 0;
  int candidate = 0;  ///< the configuration in force, counted from 1
  int workers_wanted = 0;
  std::string log_level;
  std::string last_reload;  ///< why it was refused; "": it was not, or none was asked
  std::vector<std::string> urls;
  SupervisorCounts counts;
  board::WorkerCounts total;
  std::vector<WorkerState> workers;
  std::vector<AppState> apps;
};

/// Is its I/O thread in one batch of events for longer than it may be?
bool is_stuck(const WorkerState& worker, const ServerState& server);
/// How many are ready and not stuck.
int ready_workers(const ServerState& server);

/// What a probe is answered.
struct Health {
  bool is_good = true;
  std::string text;  ///< one line for a person
};

/// Would a restart help? Not good only when workers are ready and the I/O thread of
/// every one of them is stuck.
Health liveness(const ServerState& server);
/// Shall requests be sent here?
Health readiness(const ServerState& server);

}  // namespace appserver::control
