// Where a connection stands.
#pragma once

namespace appserver::serve {

enum class Phase : unsigned char {
  Idle,       ///< between requests, nothing received
  Head,       ///< part of a head is here
  Gathering,  ///< an app waits: for the whole body (GW_BUFFERED), or, a blocking one,
              ///< until the answers before its own have left
  Calling,    ///< a blocking app runs on its pool
  Streaming,  ///< the app's source waits for room or for body
  Detached,   ///< the app goes on when it has news
  Draining,   ///< answered; the rest of the request body is thrown away
  Closing,    ///< the last answer leaves, then the connection ends
  Lingering,  ///< sent all; reads on so that the peer gets the answer and no reset
  WebSocket,  ///< for the rest of its life
  Closed,
};

}  // namespace appserver::serve
