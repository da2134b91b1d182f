// What a blocking app asks of its WebSocket: in its order, and no more than may wait.
#include "serve/websocket_orders.hpp"

#include <gtest/gtest.h>

#include <gateway/websocket.h>

namespace appserver::serve {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::size_t kFrame = 10;  // what the room counts beside the bytes

TEST(WebSocketOrders, KeepTheirOrder) {
  WebSocketOrders orders(kMost, false);
  EXPECT_EQ(orders.send(GW_WS_TEXT, "one"), GW_OK);
  EXPECT_EQ(orders.send(GW_WS_BINARY, "two"), GW_OK);
  EXPECT_EQ(orders.resume(), GW_OK);
  EXPECT_EQ(orders.close(1000, "bye"), GW_OK);
  const WebSocketOrders::Taken taken = orders.take(true);
  ASSERT_EQ(taken.messages.size(), 2U);
  EXPECT_EQ(taken.messages[0].bytes, "one");
  EXPECT_EQ(taken.messages[1].kind, GW_WS_BINARY);
  ASSERT_TRUE(taken.close);
  EXPECT_EQ(taken.close->code, 1000U);
  EXPECT_EQ(taken.close->why, "bye");
  EXPECT_TRUE(taken.resumes);
  const WebSocketOrders::Taken again = orders.take(true);
  EXPECT_TRUE(again.messages.empty() && !again.close && !again.resumes);
}

TEST(WebSocketOrders, NothingFollowsAClose) {
  WebSocketOrders orders(kMost, false);
  EXPECT_FALSE(orders.has_closed());
  EXPECT_EQ(orders.close(1000, ""), GW_OK);
  EXPECT_TRUE(orders.has_closed());
  EXPECT_EQ(orders.send(GW_WS_TEXT, "late"), GW_E_GONE);
  EXPECT_EQ(orders.close(1001, ""), GW_E_GONE);
  EXPECT_EQ(orders.resume(), GW_E_GONE);
  WebSocketOrders ended(kMost, false);
  ended.end();
  EXPECT_EQ(ended.send(GW_WS_TEXT, "late"), GW_E_GONE);
  EXPECT_EQ(ended.close(1000, ""), GW_E_GONE);
  EXPECT_FALSE(ended.has_closed());  // not by the app
}

TEST(WebSocketOrders, HoldWhatMayWaitAndTellWhenThereIsRoom) {
  WebSocketOrders orders(kMost, false);
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(kMost - kFrame + 1, 'x')), GW_E_TOOBIG);
  EXPECT_FALSE(orders.note_room(0, 0));  // nobody waits for it
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(600, 'x')), GW_OK);
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(600, 'x')), GW_E_AGAIN);
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(100, 'x')), GW_OK);
  EXPECT_FALSE(orders.is_idle());
  std::size_t cost = 0;
  for (const auto& message : orders.take(true).messages) cost += message.cost;
  EXPECT_EQ(cost, 720U);
  EXPECT_FALSE(orders.note_room(cost, 708));  // in the session now
  EXPECT_FALSE(orders.note_room(0, 501));
  EXPECT_FALSE(orders.note_room(0, 500));  // half is free, but what was refused is more
  EXPECT_TRUE(orders.note_room(0, 390));
  EXPECT_FALSE(orders.note_room(0, 0));  // once
  EXPECT_TRUE(orders.is_idle());
}

TEST(WebSocketOrders, EmptyMessagesTakeRoomToo) {
  WebSocketOrders orders(kMost, false);
  for (std::size_t i = 0; i < kMost / kFrame; ++i) {
    EXPECT_EQ(orders.send(GW_WS_TEXT, ""), GW_OK);
  }
  EXPECT_EQ(orders.send(GW_WS_TEXT, ""), GW_E_AGAIN);
}

TEST(WebSocketOrders, DeflateMayMakeThemLarger) {
  WebSocketOrders orders(kMost, true);
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(kMost - kFrame, 'x')), GW_E_TOOBIG);
  EXPECT_EQ(orders.send(GW_WS_TEXT, std::string(900, 'x')), GW_OK);
}

TEST(WebSocketOrders, AResumeOfBeforeIsNotOfTheNextPause) {
  WebSocketOrders orders(kMost, false);
  orders.resume();
  orders.forget_resume();
  EXPECT_FALSE(orders.take(true).resumes);
}

TEST(WebSocketOrders, AResumeStaysUntilItsMessageIsDone) {
  WebSocketOrders orders(kMost, false);
  orders.resume();
  EXPECT_FALSE(orders.take(false).resumes);
  EXPECT_FALSE(orders.is_idle());
  EXPECT_TRUE(orders.take(true).resumes);
}

}  // namespace
}  // namespace appserver::serve
