// What an exchange lends to an app, and how far the app's answer got.
#pragma once

#include <cstdint>

#include <gateway/gateway.h>

namespace appserver::bridge {

class Exchange;

/// The gw_input and the gw_writer of an exchange: whoever gets one back finds it.
struct Input : gw_input {
  Exchange* owner = nullptr;
  bool is_hooked = false;  ///< a layer reads first: nothing can be shown
};

struct Writer : gw_writer {
  Exchange* owner = nullptr;
};

/// What an environ's `host` points to.
struct Place {
  Exchange* exchange;
  std::uint32_t depth = 0;  ///< layers around the app that has it
};

/// How far the app's answer got.
enum class Progress : unsigned char {
  Ended,         ///< the answer is whole in `out` (or sent)
  WaitsForRoom,  ///< the source goes on when `out` has been sent
  WaitsForBody,  ///< the source goes on when more of the request's body has come
  Detached,      ///< the app goes on when it has news, or is told some: take_turn()
  Upgraded,      ///< the app has accepted a WebSocket, which begins now
  Failed,        ///< no head has left: the host answers (status())
  Aborted,       ///< bytes have left: cut the connection
};

}  // namespace appserver::bridge
