#include "control/server_state.hpp"

#include <gtest/gtest.h>

namespace appserver::control {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// Two workers that are ready; one event loop has been away for `away_s`, the other for
/// `other_s`; 0: it waits.
ServerState serving(std::uint64_t away_s, std::uint64_t other_s) {
  ServerState server;
  server.phase = Phase::Serving;
  server.now_ns = 1000 * kSecond;
  server.stuck_after_ms = 60'000;
  for (const std::uint64_t seconds : {away_s, other_s}) {
    WorkerState worker;
    worker.state = "ready";
    worker.is_ready = true;
    if (seconds != 0)
      worker.counts.busy_since_ns.set(server.now_ns - seconds * kSecond);
    server.workers.push_back(worker);
  }
  return server;
}

TEST(Readiness, IsGoodWhileAnyWorkerServes) {
  EXPECT_TRUE(readiness(serving(0, 0)).is_good);
  EXPECT_TRUE(readiness(serving(61, 0)).is_good);
  EXPECT_TRUE(readiness(serving(59, 61)).is_good);
}

TEST(Readiness, SaysWhyItIsNot) {
  EXPECT_EQ(readiness(serving(61, 62)).text, "no worker is ready");
  for (const auto& [phase, why] :
       {std::pair{Phase::Starting, "starting"}, std::pair{Phase::Draining, "draining"},
        std::pair{Phase::Stopping, "stopping"}}) {
    ServerState server = serving(0, 0);
    server.phase = phase;
    EXPECT_FALSE(readiness(server).is_good);
    EXPECT_EQ(readiness(server).text, why);
  }
}

TEST(Readiness, AReloadDoesNotDisturbIt) {
  ServerState server = serving(0, 0);
  server.phase = Phase::Reloading;
  EXPECT_TRUE(readiness(server).is_good);
}

TEST(Readiness, WorkerThatBootsOrLeavesDoesNotCount) {
  ServerState server = serving(0, 0);
  for (WorkerState& worker : server.workers) worker.is_ready = false;
  EXPECT_EQ(readiness(server).text, "no worker is ready");
}

TEST(Liveness, FailsOnlyWhenEveryReadyWorkerIsStuck) {
  EXPECT_TRUE(liveness(serving(61, 0)).is_good);
  EXPECT_TRUE(liveness(serving(60, 60)).is_good);
  EXPECT_FALSE(liveness(serving(61, 61)).is_good);
  EXPECT_TRUE(liveness(ServerState{}).is_good);  // none is there: the supervisor is
}

TEST(Respawns, AreCountedByReason) {
  SupervisorCounts counts;
  counts.worker_ended(true, "");
  counts.worker_ended(false, "requests");
  counts.worker_ended(false, "lifetime");
  counts.worker_ended(false, "rss");
  counts.worker_ended(false, "timeout");
  counts.worker_ended(false, "it could not prepare a reload");
  EXPECT_EQ(counts.respawns, (std::array<std::uint64_t, 6>{1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(counts.crashes, 1U);
}

TEST(Respawns, WorkerWithoutSuccessorIsNone) {
  SupervisorCounts counts;
  counts.worker_ended(false, "there are fewer");
  counts.worker_ended(false, "the server stops");
  counts.worker_ended(false, "");
  EXPECT_EQ(counts.respawns, (std::array<std::uint64_t, 6>{}));
}

}  // namespace
}  // namespace appserver::control
