#include "bridge/pending.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace appserver::bridge {
namespace {

struct Noted final : Pending {
  explicit Noted(bool& freed) : is_freed(freed) {}

  ~Noted() override { is_freed = true; }

  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;

  using Pending::take_notice;

  int notices = 0;

 private:
  void notify() override { ++notices; }

  bool& is_freed;
};

void nothing(const gw_environ*, void*) {}

class PendingTest : public testing::Test {
 protected:
  bool freed_ = false;
  Noted& pending_ = *new Noted(freed_);
};

TEST_F(PendingTest, TakesPostsInOrderAndNotifiesOnceUntilTheyAreTaken) {
  int a = 0;
  int b = 0;
  EXPECT_EQ(pending_.post(nothing, &a), GW_OK);
  EXPECT_EQ(pending_.post(nothing, &b), GW_OK);
  EXPECT_EQ(pending_.notices, 1);
  const Pending::News news = pending_.take_news();
  ASSERT_EQ(news.posts.size(), 2U);
  EXPECT_EQ(news.posts[0].arg, &a);
  EXPECT_EQ(news.posts[1].arg, &b);
  EXPECT_FALSE(news.result);
  EXPECT_EQ(pending_.post(nothing, &b), GW_OK);
  EXPECT_EQ(pending_.notices, 1) << "the first notice has not arrived";
  pending_.take_notice();
  EXPECT_EQ(pending_.post(nothing, &b), GW_OK);
  EXPECT_EQ(pending_.notices, 2);
  pending_.end();
  pending_.release();
  pending_.let_go();
  EXPECT_TRUE(freed_);
}

TEST_F(PendingTest, RefusesALatePostAndHandsBackThoseThatDidNotRun) {
  int arg = 0;
  EXPECT_EQ(pending_.post(nothing, &arg), GW_OK);
  const auto left = pending_.end();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].arg, &arg);
  EXPECT_EQ(pending_.post(nothing, &arg), GW_E_GONE);
  EXPECT_EQ(pending_.complete(GW_OK), GW_E_GONE);
  EXPECT_EQ(pending_.wake(), GW_E_GONE);
  EXPECT_TRUE(pending_.is_cancelled());
  pending_.let_go();
  EXPECT_FALSE(freed_) << "the app still holds it";
  pending_.release();
  EXPECT_TRUE(freed_);
}

TEST_F(PendingTest, CompletesOnce) {
  EXPECT_EQ(pending_.complete(7), GW_OK);
  EXPECT_EQ(pending_.complete(8), GW_E_STATE);
  EXPECT_EQ(pending_.post(nothing, nullptr), GW_E_GONE);
  EXPECT_EQ(pending_.take_news().result, 7);
  EXPECT_FALSE(pending_.take_news().result);
  pending_.release();
  EXPECT_FALSE(pending_.take_news().result) << "it was completed before";
  pending_.end();
  pending_.let_go();
  EXPECT_TRUE(freed_);
}

TEST_F(PendingTest, TheLastReleaseWithoutCompleteIsAFailure) {
  pending_.retain();
  pending_.release();
  EXPECT_TRUE(pending_.is_held());
  EXPECT_EQ(pending_.notices, 0);
  pending_.release();
  EXPECT_FALSE(pending_.is_held());
  EXPECT_EQ(pending_.notices, 1);
  EXPECT_EQ(pending_.take_news().result, GW_E_APP);
  pending_.end();
  pending_.let_go();
  EXPECT_TRUE(freed_);
}

TEST_F(PendingTest, RefusesPostsOverTheBoundUntilSomeHaveRun) {
  for (std::size_t i = 0; i < Pending::kPostsMost; ++i) {
    ASSERT_EQ(pending_.post(nothing, nullptr), GW_OK);
  }
  EXPECT_EQ(pending_.post(nothing, nullptr), GW_E_AGAIN);
  EXPECT_EQ(pending_.post(nullptr, nullptr), GW_E_INVALID);
  EXPECT_EQ(pending_.take_news().posts.size(), Pending::kPostsMost);
  EXPECT_EQ(pending_.post(nothing, nullptr), GW_OK);
  pending_.end();
  pending_.release();
  pending_.let_go();
}

TEST_F(PendingTest, RemembersAWakeThatComesEarly) {
  EXPECT_EQ(pending_.wake(), GW_OK);
  EXPECT_TRUE(pending_.take_news().woken);
  EXPECT_FALSE(pending_.take_news().woken);
  pending_.end();
  pending_.release();
  pending_.let_go();
}

TEST_F(PendingTest, EveryPostOfFourThreadsIsTakenOrRefusedNeverBoth) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 5000;
  std::atomic<int> taken_by_host{0};
  std::atomic<int> accepted{0};
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kPosts; ++n) {
        if (pending_.post(nothing, nullptr) == GW_OK) ++accepted;
      }
      --running;
    });
  }
  while (running > kThreads / 2) {
    taken_by_host += static_cast<int>(pending_.take_news().posts.size());
  }
  taken_by_host += static_cast<int>(pending_.end().size());  // some are posting still
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken_by_host, accepted);
  pending_.release();
  pending_.let_go();
  EXPECT_TRUE(freed_);
}

}  // namespace
}  // namespace appserver::bridge
