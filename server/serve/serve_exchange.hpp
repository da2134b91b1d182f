// The two acts of a request that both kinds of thread share: call the app, and say what
// failed.
#pragma once

#include "app/generation.hpp"
#include "bridge/exchange.hpp"

namespace appserver::serve {

/// Calls the app and says how far its answer got. Threads: [exchange].
bridge::Exchange::Progress call_and_finish(bridge::Exchange& exchange,
                                           app::Generation& generation);

struct Block;

/// The host's answer in place of the app's that failed (Progress::Failed); with --debug
/// it says what failed and where. Threads: [exchange]. Gives Ended.
bridge::Exchange::Progress answer_failure(Block& block);

}  // namespace appserver::serve
