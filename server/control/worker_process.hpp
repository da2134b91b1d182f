// A worker as a process of its own: the channel to the supervisor on one side, a Worker
// on the other.
#pragma once

#include <string>
#include <vector>

#include "control/candidate.hpp"
#include "control/channel.hpp"
#include "control/sockets.hpp"
#include "control/worker.hpp"

namespace appserver::control {

/// The child's main. From the supervisor: "prepare <stem>", "commit", "drop", "adopt
/// <slot>", "release <slot>", "slot <slot>" with its sockets, "stop <ms>", "leave <ms>"
/// (the same, but a client that keeps its connection busy gets one more answer),
/// "drain", "reopen", "log-level <level>". To it: "ready", "failed <exit code> <text>",
/// "prepared <stem>", "refused <stem> <text>". A closed channel means that the
/// supervisor is gone: the worker finishes what it serves and ends. TERM sent to the
/// worker itself does the same. Gives the exit code; the caller ends the process
/// without running destructors of what it was forked from.
int run_worker_process(Channel channel, const Candidate& candidate, Sockets& sockets,
                       int slot, Worker::Place counted_at);

}  // namespace appserver::control
