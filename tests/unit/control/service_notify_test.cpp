// The words that a service manager hears, and when the watchdog is fed.
#include "control/service_notify.hpp"

#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include "support/notify_socket.hpp"

namespace appserver::control {
namespace {

using testing::NotifySocket;
using Environment = std::map<std::string, std::string>;

bool answers(std::int64_t) {
  return true;
}

TEST(ServiceNotify, SpeaksToPathsAndToAbstractNames) {
  for (const bool abstract : {false, true}) {
    NotifySocket manager(abstract);
    const ServiceNotify notify(Environment{{"NOTIFY_SOCKET", manager.name()}});
    notify.ready("2 workers,\n1 mount");
    EXPECT_EQ(manager.wait_for("READY"), "READY=1\nSTATUS=2 workers, 1 mount");
    notify.reloading();
    EXPECT_TRUE(
        manager.wait_for("RELOADING").starts_with("RELOADING=1\nMONOTONIC_USEC="));
    notify.reloaded("served", "no such app");
    EXPECT_EQ(manager.wait_for("READY"),
              "READY=1\nSTATUS=served; the last reload failed: no such app");
    notify.hand_over(77);
    EXPECT_EQ(manager.wait_for("PID"), "MAINPID=77");
    notify.stopping();
    EXPECT_EQ(manager.wait_for("STOP"), "STOPPING=1\nSTATUS=stopping");
  }
}

TEST(ServiceNotify, IsSilentWithoutASocketOfUse) {
  for (const std::string& name :
       {std::string(), std::string("@"), std::string("notify"),
        std::string("vsock:2:3"), "/" + std::string(200, 'x')}) {
    EXPECT_FALSE(ServiceNotify(Environment{{"NOTIFY_SOCKET", name}}).is_wanted());
  }
  ServiceNotify().ready("");  // nobody hears it, nothing breaks
  ServiceNotify(Environment{{"NOTIFY_SOCKET", "/nowhere/at/all"}}).ready("");
}

TEST(ServiceNotify, FeedsTheWatchdogTwiceInItsTimeWhileSomebodyAnswers) {
  NotifySocket manager;
  ServiceNotify notify(Environment{{"NOTIFY_SOCKET", manager.name()},
                                   {"WATCHDOG_USEC", "2000000"},
                                   {"WATCHDOG_PID", std::to_string(::getpid())}});
  notify.tick(0, true, answers);
  notify.tick(100, false, answers);  // it has started
  EXPECT_EQ(manager.heard().size(), 1U);
  notify.tick(1'000, false, answers);
  EXPECT_EQ(manager.heard().size(), 1U);
  notify.tick(1'100, false, answers);
  EXPECT_EQ(manager.heard().size(), 2U);
  notify.tick(2'100, false, [](std::int64_t patience_ns) {
    EXPECT_EQ(patience_ns, 2'000'000'000);
    return false;
  });
  EXPECT_EQ(manager.heard().size(), 2U);
  notify.tick(3'100, false, answers);
  EXPECT_EQ(manager.heard(), std::vector<std::string>(3, "WATCHDOG=1"));
}

TEST(ServiceNotify, FeedsNoWatchdogThatIsNotOursOrNotToBeKept) {
  for (const Environment& more :
       {Environment{}, Environment{{"WATCHDOG_USEC", "100"}},
        Environment{{"WATCHDOG_USEC", "2s"}},
        Environment{{"WATCHDOG_USEC", "2000000"}, {"WATCHDOG_PID", "1"}}}) {
    NotifySocket manager;
    Environment all = more;
    all["NOTIFY_SOCKET"] = manager.name();
    ServiceNotify notify(all);
    for (std::int64_t ms = 0; ms < 10'000; ms += 100) notify.tick(ms, false, answers);
    EXPECT_TRUE(manager.heard().empty());
  }
}

TEST(ServiceNotify, ASlowStartAsksForMoreTimeAndAQuickOneDoesNot) {
  NotifySocket manager;
  ServiceNotify notify(Environment{{"NOTIFY_SOCKET", manager.name()}});
  notify.tick(0, true, answers);
  notify.tick(900, true, answers);
  EXPECT_TRUE(manager.heard().empty());
  for (std::int64_t ms = 1'000; ms < 11'000; ms += 100) notify.tick(ms, true, answers);
  EXPECT_EQ(manager.heard(),
            std::vector<std::string>(2, "EXTEND_TIMEOUT_USEC=15000000"));
}

TEST(ServiceNotify, VariablesAreTakenAwayAndGivenToASuccessor) {
  NotifySocket manager;
  const ServiceNotify notify(
      Environment{{"NOTIFY_SOCKET", manager.name()}, {"WATCHDOG_USEC", "3000000"}});
  ::setenv("NOTIFY_SOCKET", "/x", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  ServiceNotify::forget_variables();
  EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(::getenv("WATCHDOG_PID"), nullptr);
  notify.restore_variables();
  EXPECT_STREQ(::getenv("NOTIFY_SOCKET"), manager.name().c_str());
  EXPECT_STREQ(::getenv("WATCHDOG_USEC"), "3000000");
  ServiceNotify::forget_variables();
}

}  // namespace
}  // namespace appserver::control
