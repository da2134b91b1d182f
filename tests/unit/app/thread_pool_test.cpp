#include "app/thread_pool.hpp"

#include <deque>
#include <semaphore>

#include <gtest/gtest.h>

namespace appserver::app {
namespace {

/// Says that it has begun, and waits until it may end.
struct Held final : ThreadPool::Job {
  void run() override {
    begun.release();
    may_end.acquire();
  }

  std::binary_semaphore begun{0}, may_end{0};
};

/// Notes its place among those that have run.
struct Noted final : ThreadPool::Job {
  Noted(std::deque<int>& notes, int its_number) : order(notes), number(its_number) {}

  void run() override { order.push_back(number); }

  std::deque<int>& order;
  int number;
};

/// A pool with one thread, which is held until release(), and `queue` places.
class OneThread {
 public:
  explicit OneThread(int queue) : pool(1, queue) {
    EXPECT_TRUE(pool.submit(held_));
    held_.begun.acquire();
  }

  Noted& job() { return jobs_.emplace_back(order, static_cast<int>(jobs_.size())); }

  Held& held() { return held_; }

  /// Lets all that wait run; their numbers in that order.
  std::deque<int> release() {
    held_.may_end.release();
    pool.join();
    return order;
  }

 private:
  Held held_;
  std::deque<Noted> jobs_;

 public:
  std::deque<int> order;  // of the one thread, until it is joined
  ThreadPool pool;
};

TEST(ThreadPool, AsManyCallsWaitAsTheQueueHas) {
  OneThread one(2);
  EXPECT_TRUE(one.pool.submit(one.job()));
  EXPECT_TRUE(one.pool.submit(one.job()));
  EXPECT_FALSE(one.pool.submit(one.job()));
  EXPECT_EQ(one.release(), (std::deque<int>{0, 1}));
}

TEST(ThreadPool, NextStepsAreNotBoundedAndTakeNoPlaceOfACall) {
  OneThread one(2);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(one.pool.submit_next(one.job()));
  EXPECT_TRUE(one.pool.submit(one.job()));
  EXPECT_TRUE(one.pool.submit(one.job()));
  EXPECT_FALSE(one.pool.submit(one.job()));
  EXPECT_TRUE(one.pool.submit_next(one.job()));  // also where no call gets in
  EXPECT_EQ(one.release(), (std::deque<int>{0, 1, 2, 3, 4, 5, 6, 8}));
}

TEST(ThreadPool, APlaceIsFreeAgainWhenItsCallHasBegun) {
  OneThread one(1);
  Held second;
  EXPECT_TRUE(one.pool.submit(second));
  EXPECT_FALSE(one.pool.submit(one.job()));
  Held& first = one.held();
  first.may_end.release();
  second.begun.acquire();  // the queue is empty
  EXPECT_TRUE(one.pool.submit(one.job()));
  EXPECT_FALSE(one.pool.submit(one.job()));
  second.may_end.release();
  one.pool.join();
  EXPECT_EQ(one.order, (std::deque<int>{1}));
}

TEST(ThreadPool, WithoutAQueueAFreeThreadTakesACall) {
  ThreadPool pool(2, 0);
  Held first, second, third;
  EXPECT_TRUE(pool.submit(first));
  first.begun.acquire();
  EXPECT_TRUE(pool.submit(second));
  second.begun.acquire();
  EXPECT_FALSE(pool.submit(third));
  first.may_end.release();
  second.may_end.release();
}

TEST(ThreadPool, NothingIsTakenOnceItIsJoined) {
  ThreadPool pool(1, 4);
  pool.join();
  Held job;
  EXPECT_FALSE(pool.submit(job));
  EXPECT_FALSE(pool.submit_next(job));
}

}  // namespace
}  // namespace appserver::app
