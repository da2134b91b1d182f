// What a chain of middleware makes of the end of a call or a turn.
#include "bridge/exchange.hpp"

namespace appserver::bridge {

/// `then`, once what the layers have given is queued. The answer may end with it.
Progress Exchange::settle_chain(Progress then) {
  const std::int32_t settled = chain()->settle();
  if (settled == GW_E_AGAIN) return Progress::WaitsForRoom;
  if (settled != GW_OK) return close_source(settled), Progress::Aborted;
  return state_ == State::Ended ? Progress::Ended : then;
}

}  // namespace appserver::bridge
