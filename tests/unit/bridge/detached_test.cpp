#include "bridge/detached.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "bridge/room.hpp"

namespace appserver::bridge {
namespace {

struct Quiet final : Pending {
 private:
  void notify() override {}
};

std::string story;

void posted(const gw_environ* environ, void* word) {
  story += std::string(static_cast<const char*>(word)) +
           (environ != nullptr ? " " : "(over) ");
}

void readable(gw_input*, void*, std::int32_t status) {
  story += "read" + std::to_string(status) + " ";
}

void writable(gw_writer*, void*, std::int32_t status) {
  story += "write" + std::to_string(status) + " ";
}

void* word(const char* text) {
  return const_cast<char*>(text);
}

class DetachedTest : public testing::Test {
 protected:
  void SetUp() override { story.clear(); }

  void TearDown() override {
    pending_.end();
    pending_.release();
    detached_.reset();
    pending_.let_go();
  }

  gw_environ environ_{};
  Quiet& pending_ = *new Quiet;
  std::unique_ptr<Detached> detached_ = std::make_unique<Detached>(pending_, environ_);
};

TEST_F(DetachedTest, TellsANoticeOnce) {
  EXPECT_EQ(detached_->wait_writable(nullptr, writable, nullptr), GW_OK);
  EXPECT_EQ(detached_->wait_writable(nullptr, writable, nullptr), GW_E_STATE);
  EXPECT_TRUE(detached_->wants_writable());
  detached_->tell_writable(GW_OK);
  detached_->tell_writable(GW_OK);
  EXPECT_FALSE(detached_->wants_writable());
  EXPECT_EQ(story, "write0 ");
  EXPECT_EQ(detached_->wait_readable(nullptr, nullptr, nullptr), GW_E_INVALID);
}

TEST_F(DetachedTest, ANoticeMayWaitAgainFromInside) {
  static Detached* self = detached_.get();
  self = detached_.get();
  const auto again = [](gw_input*, void*, std::int32_t) {
    EXPECT_EQ(self->wait_readable(nullptr, readable, nullptr), GW_OK);
  };
  EXPECT_EQ(detached_->wait_readable(nullptr, again, nullptr), GW_OK);
  detached_->tell_readable(GW_OK);
  EXPECT_EQ(story, "");
  detached_->tell_readable(GW_OK);
  EXPECT_EQ(story, "read0 ");
}

TEST_F(DetachedTest, RunsTimersThatAreDueAndKnowsTheNext) {
  EXPECT_EQ(detached_->next_timer_ns(), 0U);
  const std::int64_t late = detached_->add_timer(300, posted, word("late"));
  EXPECT_GT(detached_->add_timer(100, posted, word("soon")), late);
  EXPECT_EQ(detached_->next_timer_ns(), 100U);
  detached_->run_timers(99);
  EXPECT_EQ(story, "");
  detached_->run_timers(100);
  EXPECT_EQ(story, "soon ");
  EXPECT_EQ(detached_->next_timer_ns(), 300U);
  EXPECT_EQ(detached_->cancel_timer(late), GW_OK);
  EXPECT_EQ(detached_->cancel_timer(late), GW_E_STATE);
  EXPECT_EQ(detached_->cancel_timer(0), GW_E_INVALID);
  detached_->run_timers(1000);
  EXPECT_EQ(story, "soon ");
}

TEST_F(DetachedTest, RefusesOneTimerTooMany) {
  for (std::size_t i = 0; i < Detached::kTimersMost; ++i) {
    EXPECT_GT(detached_->add_timer(1, posted, word("t")), 0);
  }
  EXPECT_EQ(detached_->add_timer(1, posted, word("t")), GW_E_TOOBIG);
  EXPECT_EQ(detached_->add_timer(1, nullptr, nullptr), GW_E_INVALID);
}

TEST_F(DetachedTest, TellsAllThatWaitWhenItIsOver) {
  EXPECT_EQ(pending_.post(posted, word("post")), GW_OK);
  EXPECT_EQ(detached_->wait_readable(nullptr, readable, nullptr), GW_OK);
  EXPECT_EQ(detached_->wait_writable(nullptr, writable, nullptr), GW_OK);
  EXPECT_GT(detached_->add_timer(1, posted, word("timer")), 0);
  detached_->end(GW_E_TIMEOUT);
  EXPECT_EQ(story, "post(over) read-7 write-7 timer(over) ");
  detached_->end(GW_E_TIMEOUT);
  EXPECT_EQ(story, "post(over) read-7 write-7 timer(over) ");
}

}  // namespace
}  // namespace appserver::bridge
