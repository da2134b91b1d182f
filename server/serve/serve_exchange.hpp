// The two acts of a request that both kinds of thread share: call the app, and say what
// failed.
#pragma once

#include <string>

#include "app/generation.hpp"
#include "bridge/exchange.hpp"

namespace appserver::serve {

/// Calls the app and says how far its answer got. Threads: [exchange].
bridge::Exchange::Progress call_and_finish(bridge::Exchange& exchange,
                                           app::Generation& generation);

/// The body of an error answer with --debug: what failed and where, as plain text.
std::string debug_page(unsigned status, const bridge::Exchange& exchange);

}  // namespace appserver::serve
