// What an exchange has only if its app asks for it: made with the first request for any
// of it, and used again by the exchanges that follow in the same block.
#pragma once

#include <optional>

#include "bridge/chain.hpp"
#include "bridge/clean_up.hpp"
#include "bridge/detached.hpp"
#include "bridge/file_parts.hpp"
#include "bridge/room.hpp"
#include "bridge/trailers.hpp"

namespace appserver::bridge {

/// Threads: one at a time, the one that serves the exchange.
struct Extras {
  Room room;
  CleanUp clean_up;
  Trailers trailers;
  FileParts parts;
  std::optional<Detached> detached;
  Chain chain;

  /// The exchange is over: tells everybody, in the order of the specification, and is
  /// as new.
  void end(std::int32_t reason) {
    if (detached) detached->end(reason == GW_OK ? GW_E_GONE : reason);
    chain.end(reason);
    clean_up.run(reason);
    detached.reset();
    trailers.clear();
    parts.clear();
    room.clear();
  }
};

}  // namespace appserver::bridge
