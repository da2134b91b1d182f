// What the real server tells a service manager.
#include <signal.h>

#include <algorithm>

#include "support/expect.hpp"
#include "support/gate.hpp"
#include "support/notify_socket.hpp"

namespace appserver::testing {
namespace {

Launch under(const NotifySocket& manager, std::vector<std::string> words,
             const std::string& watchdog_us = "") {
  Launch launch;
  launch.arguments = {"-b", "127.0.0.1:0", "-w", "2"};
  launch.arguments.insert(launch.arguments.end(), words.begin(), words.end());
  launch.environment.emplace_back("NOTIFY_SOCKET", manager.name());
  if (!watchdog_us.empty())
    launch.environment.emplace_back("WATCHDOG_USEC", watchdog_us);
  return launch;
}

std::size_t heard(NotifySocket& manager, const std::string& words) {
  const auto& all = manager.heard();
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), words));
}

TEST(ServiceNotify, ReadyIsToldWhenAllWorkersAreAndStoppingAtTheEnd) {
  NotifySocket manager(true);
  ServerProcess server(under(manager, {test_app("process")}));
  EXPECT_EQ(manager.wait_for("READY"), "READY=1\nSTATUS=2 workers, 1 mount");
  server.wait_until_listening();
  EXPECT_EQ(server.count_lines(said::kWorkerReady), 2U);
  EXPECT_EQ(get(server.port(), "/environment?NOTIFY_SOCKET").body, "absent");
  server.signal(SIGTERM);
  EXPECT_EQ(manager.wait_for("STOPPING"), "STOPPING=1\nSTATUS=stopping");
  EXPECT_EQ(server.wait_exit(), 0);
}

TEST(ServiceNotify, AServerThatDoesNotComeUpIsNeverReady) {
  NotifySocket manager;
  const Outcome outcome =
      ServerProcess::run(under(manager, {test_app("lifecycle", "missing")}));
  EXPECT_EQ(outcome.exit_code, 4);
  for (const std::string& text : manager.heard()) EXPECT_FALSE(text.find("READY") == 0);
}

TEST(ServiceNotify, AReloadIsToldAndSoIsOneThatFails) {
  NotifySocket manager;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("nonce")}}));
  const ServerProcess server(under(manager, {"-c", file}));
  manager.wait_for("READY=1\n");
  server.signal(SIGHUP);
  manager.wait_for("RELOADING=1\nMONOTONIC_USEC=");
  EXPECT_EQ(manager.wait_for("READY"), "READY=1\nSTATUS=2 workers, 1 mount");
  folder.write("a.yaml", mounts_file({{"/", test_app("absent")}}));
  server.signal(SIGHUP);
  manager.wait_for("RELOADING=1");
  EXPECT_TRUE(
      holds(manager.wait_for("READY"),
            "READY=1\nSTATUS=2 workers, 1 mount; the last reload failed: cannot load"));
}

TEST(ServiceNotify, ASlowStartAsksForMoreTime) {
  NotifySocket manager;
  Gate gate;
  const TempFolder folder;
  const std::string file =
      folder.write("a.yaml", mounts_file({{"/", test_app("lifecycle"),
                                           "config: {diary: \"" + (folder / "diary") +
                                               "\", gate: \"" + gate.path() + "\"}"}}));
  const ServerProcess server(under(manager, {"-w", "1", "-c", file}));
  Visit check = gate.next();
  EXPECT_EQ(manager.wait_for("EXTEND"), "EXTEND_TIMEOUT_USEC=15000000");
  EXPECT_EQ(heard(manager, "READY=1\nSTATUS=1 worker, 1 mount"), 0U);
  check.release();
  gate.next().release();
  manager.wait_for("READY=1");
}

TEST(ServiceNotify, TheWatchdogIsFedUntilEveryWorkerIsStuck) {
  NotifySocket manager;
  Gate gate;
  ServerProcess server(
      under(manager, {"-w", "1", "--timeout", "0", test_app("process")}, "400000"));
  server.wait_until_listening();
  manager.wait_for("WATCHDOG=1");
  manager.wait_for("WATCHDOG=1");
  RawClient client(server.port());
  client.send(request("GET /hold?" + gate.path() + " HTTP/1.1"));
  Visit held = gate.next();
  // At most two more until it counts as stuck, and then none.
  const Deadline watchdogs_time(std::chrono::milliseconds(1'500));
  const auto is_fed = [&] {
    try {
      return !manager.wait_for("WATCHDOG=1", watchdogs_time).empty();
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  std::size_t more = 0;
  while (is_fed()) ++more;
  EXPECT_LE(more, 3U);
  held.release();
  manager.wait_for("WATCHDOG=1");
}

}  // namespace
}  // namespace appserver::testing
