#include "control/server_state.hpp"

#include <algorithm>

namespace appserver::control {
namespace {

/// Who leaves for one of these has no successor.
constexpr std::array<std::string_view, 3> kNoRespawns{"", "there are fewer",
                                                      "the server stops"};

}  // namespace

std::string_view phase_text(Phase phase) {
  constexpr std::array<std::string_view, 5> kTexts{"starting", "serving", "reloading",
                                                   "draining", "stopping"};
  return kTexts.at(static_cast<std::size_t>(phase));
}

void SupervisorCounts::worker_ended(bool unasked, std::string_view because) {
  const auto count = [this](Respawn reason) {
    ++respawns.at(static_cast<std::size_t>(reason));
  };
  if (unasked) {
    ++crashes;
    return count(Respawn::Error);
  }
  const auto& none = kNoRespawns;
  if (std::find(none.begin(), none.end(), because) != none.end()) return;
  const auto& known = kRespawnReasons;
  const auto found = std::find(known.begin(), known.end(), because);
  count(found == known.end() ? Respawn::Other
                             : static_cast<Respawn>(found - known.begin()));
}

bool is_stuck(const WorkerState& worker, const ServerState& server) {
  const std::uint64_t since = worker.counts.busy_since_ns.get();
  const auto most = static_cast<std::uint64_t>(server.stuck_after_ms) * 1'000'000;
  return since != 0 && server.now_ns > since && server.now_ns - since > most;
}

int ready_workers(const ServerState& server) {
  return static_cast<int>(
      std::count_if(server.workers.begin(), server.workers.end(),
                    [&](const auto& w) { return w.is_ready && !is_stuck(w, server); }));
}

Health liveness(const ServerState& server) {
  const bool any = std::any_of(server.workers.begin(), server.workers.end(),
                               [](const auto& worker) { return worker.is_ready; });
  if (any && ready_workers(server) == 0) return {false, "every worker is stuck"};
  return {true, "alive"};
}

Health readiness(const ServerState& server) {
  if (server.phase != Phase::Serving && server.phase != Phase::Reloading)
    return {false, std::string(phase_text(server.phase))};
  if (ready_workers(server) == 0) return {false, "no worker is ready"};
  return {true, "ready"};
}

}  // namespace appserver::control
