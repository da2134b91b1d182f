// The check process: a short-lived child that makes a candidate and tries it whole, so
// that a module which crashes, hangs or throws in a static constructor harms nobody.
#pragma once

#include "control/candidate.hpp"
#include "control/channel.hpp"

namespace appserver::control {

/// The child's main. Makes the candidate, loads and creates every app, destroys them
/// again, saves the candidate under `stem`. Reports on the channel: "step <app>" before
/// each app, "skipped <why>", then "ok" or "failed <exit code> <text>". Gives the exit
/// code; the caller ends the process without running destructors of what it was forked
/// from.
int run_check(Channel channel, const ConfigSource& source,
              const std::string& runtime_dir, const site::SitePlan& previous,
              const std::string& stem);

}  // namespace appserver::control
