#include "app/host_threads.hpp"

#include <atomic>
#include <semaphore>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace appserver::app {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// What a spawned thread is given.
struct Work {
  explicit Work(HostThreads& all) : threads(all) {}

  HostThreads& threads;
  std::counting_semaphore<> begun{0}, may_end{0};
  std::atomic<bool> saw_stop{false};
};

void run_until_stop(void* arg) {
  Work& work = *static_cast<Work*>(arg);
  work.begun.release();
  work.saw_stop = work.threads.wait_stop(monotonic_now_ns() + 60 * kSecond);
}

void run_until_told(void* arg) {
  Work& work = *static_cast<Work*>(arg);
  work.begun.release();
  work.may_end.acquire();
}

TEST(HostThreads, AThreadIsToldToStopAndJoined) {
  HostThreads threads("test", 2);
  Work work(threads);
  std::uint64_t id = 0;
  ASSERT_EQ(threads.spawn(gw_str GW_STR("a name that is too long"), run_until_stop,
                          &work, &id),
            GW_OK);
  EXPECT_GT(id, 0U);
  work.begun.acquire();
  EXPECT_FALSE(threads.should_stop());
  EXPECT_TRUE(threads.join_all(monotonic_now_ns() + 60 * kSecond));
  EXPECT_TRUE(work.saw_stop);
}

TEST(HostThreads, OneThatDoesNotStopIsSaidSoAtTheDeadline) {
  HostThreads threads("test", 2);
  Work work(threads);
  std::uint64_t id = 0;
  ASSERT_EQ(threads.spawn({}, run_until_told, &work, &id), GW_OK);
  work.begun.acquire();
  EXPECT_EQ(threads.join(id, monotonic_now_ns()), GW_E_TIMEOUT);
  EXPECT_FALSE(threads.join_all(monotonic_now_ns()));
  work.may_end.release();
  EXPECT_EQ(threads.join(id, 0), GW_OK);
  EXPECT_TRUE(threads.join_all(0));
}

TEST(HostThreads, SubmittedWorkRunsAndAnExceptionEndsNothing) {
  HostThreads threads("test", 1);
  std::binary_semaphore ran{0};
  const auto throwing = [](void*) { throw std::runtime_error("no"); };
  EXPECT_EQ(threads.submit(throwing, nullptr), GW_OK);
  const auto release = [](void* arg) {
    static_cast<std::binary_semaphore*>(arg)->release();
  };
  EXPECT_EQ(threads.submit(release, &ran), GW_OK);
  ran.acquire();
  EXPECT_TRUE(threads.join_all(0));
}

TEST(HostThreads, SubmittedWorkThatDoesNotEndIsSaidSoAtTheDeadline) {
  HostThreads threads("test", 1);
  Work work(threads);
  EXPECT_EQ(threads.submit(run_until_told, &work), GW_OK);
  work.begun.acquire();
  EXPECT_FALSE(threads.join_all(monotonic_now_ns() + kSecond / 100));
  work.may_end.release();
  EXPECT_TRUE(threads.join_all(0));
}

TEST(HostThreads, WorkForOpenExchangesIsTakenWhileItStops) {
  HostThreads threads("test", 1);
  std::binary_semaphore ran{0};
  const auto release = [](void* arg) {
    static_cast<std::binary_semaphore*>(arg)->release();
  };
  threads.begin_stop();
  EXPECT_TRUE(threads.should_stop());
  EXPECT_TRUE(threads.wait_stop(0));
  EXPECT_EQ(threads.submit(release, &ran), GW_OK);
  ran.acquire();
  EXPECT_EQ(threads.spawn({}, release, &ran, nullptr), GW_OK);
  ran.acquire();
  EXPECT_TRUE(threads.join_all(0));
}

TEST(HostThreads, NothingBeginsOnceAllWereJoined) {
  HostThreads threads("test", 1);
  EXPECT_TRUE(threads.join_all(0));
  EXPECT_EQ(threads.spawn({}, run_until_stop, nullptr, nullptr), GW_E_STATE);
  EXPECT_EQ(threads.submit(run_until_stop, nullptr), GW_E_STATE);
  EXPECT_TRUE(threads.join_all(0));
}

TEST(HostThreads, RefusesOneThreadTooManyAndWorkThatIsNone) {
  HostThreads threads("test", 1);
  Work work(threads);
  for (std::size_t i = 0; i < HostThreads::kThreadsMost; ++i) {
    ASSERT_EQ(threads.spawn({}, run_until_stop, &work, nullptr), GW_OK);
  }
  EXPECT_EQ(threads.spawn({}, run_until_stop, &work, nullptr), GW_E_TOOBIG);
  EXPECT_EQ(threads.spawn({}, nullptr, nullptr, nullptr), GW_E_INVALID);
  EXPECT_EQ(threads.submit(nullptr, nullptr), GW_E_INVALID);
  EXPECT_EQ(threads.join(0, 1), GW_E_INVALID);
  EXPECT_EQ(threads.join(1000, 1), GW_E_INVALID);
  EXPECT_TRUE(threads.join_all(0));
}

}  // namespace
}  // namespace appserver::app
