// Exchanges that are answered later: who holds them, what runs, and that none is
// forgotten.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gateway/sdk.hpp>
#include <gateway/sdk/async.hpp>
#include <gateway/sdk/pushed_body.hpp>
#include <gateway/sdk/threads.hpp>

#include "live_host.hpp"

using gateway::Async;
using gateway::Environ;
using gateway::Host;
using gateway::Pending;
using gateway::StartResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class AsyncTest : public ::testing::Test {
 protected:
  LiveHost live;
  Host host{live.raw()};
  gw_environ raw = live.environ_of();
  Environ env{&raw};
  Async async{host};
};

/// Tells in `gone` that it was destroyed.
struct Tracked {
  explicit Tracked(int& count) : destroyed(&count) {}

  Tracked(Tracked&& other) noexcept
      : destroyed(std::exchange(other.destroyed, nullptr)) {}

  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;
  Tracked& operator=(Tracked&&) = delete;

  ~Tracked() {
    if (destroyed != nullptr) ++*destroyed;
  }

  int* destroyed;
};

TEST_F(AsyncTest, AHostWithoutTheExtensionRefusesTheApp) {
  live.lacks_all = true;
  EXPECT_THROW(Async{host}, gateway::Error);
  EXPECT_THROW(gateway::Threads{host}, gateway::Error);
}

TEST_F(AsyncTest, AnExchangeThatCannotBeDetachedThrows) {
  live.can_detach = false;
  EXPECT_THROW(async.detach(env), gateway::Error);
}

TEST_F(AsyncTest, EveryCopyIsAReferenceAndAllAreGivenBack) {
  {
    Pending one = async.detach(env);
    EXPECT_EQ(live.references, 1);
    Pending two = one;
    EXPECT_EQ(live.references, 2);
    const Pending three = std::move(one);
    EXPECT_EQ(live.references, 2);
    two = three;
    two = {};
    EXPECT_EQ(live.references, 1);
  }
  EXPECT_EQ(live.references, 0);
}

TEST_F(AsyncTest, AStepRunsOnceAndIsDestroyed) {
  int runs = 0;
  int destroyed = 0;
  {
    const Pending pending = async.detach(env);
    ASSERT_EQ(pending.post([&runs, tracked = Tracked(destroyed)](const Environ& seen) {
      EXPECT_EQ(seen.path_info(), "/");
      ++runs;
    }),
              GW_OK);
    EXPECT_EQ(destroyed, 0);
    live.run_posts(&raw);
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(live.references, 0);
}

TEST_F(AsyncTest, AStepBehindTheEndIsDestroyedUnrunUnlessItWantsToHearOfIt) {
  int runs = 0;
  int ends = 0;
  int destroyed = 0;
  const Pending pending = async.detach(env);
  ASSERT_EQ(pending.post([&, tracked = Tracked(destroyed)](const Environ&) { ++runs; }),
            GW_OK);
  ASSERT_EQ(pending.post([&, tracked = Tracked(destroyed)](const Environ* seen) {
    ends += seen == nullptr ? 1 : 0;
  }),
            GW_OK);
  live.end_all();
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(ends, 1);
  EXPECT_EQ(destroyed, 2);
  EXPECT_TRUE(pending.is_cancelled());
}

TEST_F(AsyncTest, AStepThatIsNotTakenIsDestroyed) {
  int destroyed = 0;
  const Pending pending = async.detach(env);
  for (const std::int32_t refused : {GW_E_GONE, GW_E_AGAIN}) {
    live.post_answer = refused;
    EXPECT_EQ(pending.post([tracked = Tracked(destroyed)](const Environ&) {}), refused);
  }
  EXPECT_EQ(destroyed, 2);
  EXPECT_EQ(live.references, 1);
}

TEST_F(AsyncTest, WhatAStepThrowsIsLoggedAndCompletesTheExchange) {
  const Pending pending = async.detach(env);
  ASSERT_EQ(pending.post([](const Environ&) { throw std::runtime_error("no luck"); }),
            GW_OK);
  live.run_posts(&raw);
  EXPECT_THAT(live.logged, HasSubstr("no luck"));
  EXPECT_THAT(live.completed, ElementsAre(GW_E_APP));
}

TEST_F(AsyncTest, ATimerRunsOrIsCancelledOrHearsOfTheEnd) {
  const auto when = std::chrono::steady_clock::time_point(std::chrono::seconds(5));
  const Pending pending = async.detach(env);
  int runs = 0;
  int destroyed = 0;
  const auto step = [&] {
    return [&runs, tracked = Tracked(destroyed)](const Environ* seen) {
      runs += seen != nullptr ? 1 : 100;
    };
  };
  const gateway::Timer cancelled = pending.at(env, when, step());
  EXPECT_EQ(live.timer.second, 5'000'000'000U);
  EXPECT_THROW(pending.at(env, when, step()), gateway::Error);  // no second one
  EXPECT_EQ(destroyed, 1);
  EXPECT_TRUE(pending.cancel(env, cancelled));
  EXPECT_EQ(destroyed, 2);
  const gateway::Timer run = pending.at(env, when, step());
  std::exchange(live.timer, {}).first(&raw, live.timer_arg);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(destroyed, 3);
  EXPECT_FALSE(pending.cancel(env, run));
  pending.at(env, when, step());
  live.end_all();
  EXPECT_EQ(runs, 101);
  EXPECT_EQ(destroyed, 4);
}

TEST_F(AsyncTest, OneAnswerFromAnywhere) {
  const StartResponse start_response(&raw, &LiveHost::start_response);
  gateway::Later later = async.later(env, start_response);
  EXPECT_FALSE(later.is_cancelled());
  EXPECT_EQ(later.answer(gateway::Response::text("done", 202)), GW_OK);
  EXPECT_EQ(later.answer(gateway::Response::text("again")), GW_E_STATE);
  EXPECT_EQ(live.status, 0U);
  live.run_posts(&raw);
  EXPECT_EQ(live.status, 202U);
  EXPECT_EQ(live.body, "done");
  EXPECT_THAT(live.completed, ElementsAre(GW_OK));
  EXPECT_EQ(live.references, 0);
}

TEST_F(AsyncTest, AnAnswerThatIsForgottenGivesItsReferenceBack) {
  const StartResponse start_response(&raw, &LiveHost::start_response);
  { const gateway::Later later = async.later(env, start_response); }
  EXPECT_EQ(live.references, 0);  // the host's part: the last release is GW_E_APP
  EXPECT_TRUE(live.completed.empty());
}

TEST_F(AsyncTest, APushedBodyIsPulledAsItComes) {
  StartResponse start_response(&raw, &LiveHost::start_response);
  {
    gateway::PushedBody body =
        gateway::push_body(start_response(200), async.detach(env), 32);
    EXPECT_EQ(live.pull(), GW_E_AGAIN);
    EXPECT_EQ(body.write("more than sixteen bytes"), GW_OK);
    EXPECT_EQ(live.wakes, 1);
    EXPECT_EQ(body.write("not now: no room"), GW_E_AGAIN);
    EXPECT_EQ(body.write(std::string(33, 'x')), GW_E_TOOBIG);
    EXPECT_EQ(live.pull(), GW_E_AGAIN);
    EXPECT_EQ(body.write("!"), GW_OK);
    body.finish();
    EXPECT_EQ(body.write("late"), GW_E_STATE);
    EXPECT_EQ(live.pull(), 0);
  }
  EXPECT_EQ(live.pull(), 0);
  EXPECT_EQ(live.body, "more than sixteen bytes!");
  live.close_source();
  EXPECT_EQ(live.references, 0);
}

TEST_F(AsyncTest, APushedBodyThatIsForgottenIsCut) {
  StartResponse start_response(&raw, &LiveHost::start_response);
  {
    auto body = gateway::push_body(start_response(200), async.detach(env), 32);
    EXPECT_EQ(body.write("part"), GW_OK);
  }
  EXPECT_EQ(live.pull(), GW_E_APP);
  EXPECT_EQ(live.body, "part");
}

TEST_F(AsyncTest, APushedBodyOfAClientThatLeftTakesNoMore) {
  StartResponse start_response(&raw, &LiveHost::start_response);
  auto body = gateway::push_body(start_response(200), async.detach(env), 32);
  live.end_all();
  EXPECT_EQ(body.write("x"), GW_E_GONE);
  EXPECT_TRUE(body.is_cancelled());
}

TEST_F(AsyncTest, ThreadsRunWhatTheyAreGivenAndSayWhatItThrew) {
  const gateway::Threads threads(host);
  int destroyed = 0;
  EXPECT_THROW(threads.spawn("x", [tracked = Tracked(destroyed)] {}), gateway::Error);
  EXPECT_THROW(threads.submit([tracked = Tracked(destroyed)] {}), gateway::Error);
  EXPECT_EQ(destroyed, 2);
  live.threads_left = 1;
  bool ran = false;
  threads.submit([&ran, tracked = Tracked(destroyed)] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_EQ(threads.spawn("x", [] { throw std::runtime_error("in a thread"); }), 1U);
  EXPECT_THAT(live.logged, HasSubstr("in a thread"));
  EXPECT_TRUE(threads.join(1, std::chrono::steady_clock::now()));
  EXPECT_FALSE(threads.should_stop());
  live.over = true;
  EXPECT_TRUE(threads.wait_stop(std::chrono::steady_clock::now()));
}

}  // namespace
