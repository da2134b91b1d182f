// A child process with a channel to it: the only place that forks.
#pragma once

#include <sys/types.h>

#include <functional>

#include "control/channel.hpp"

namespace appserver::control {

struct Child {
  pid_t pid = -1;  ///< negative: there is none, errno says why
  Channel channel;
};

/// Forks. The child lets go of what is the parent's alone, runs `run` with its end of
/// the channel and ends with what that gives, without running destructors of what it
/// was forked from. The parent must have one thread only.
Child spawn(const std::function<void()>& let_go,
            const std::function<int(Channel)>& run);

}  // namespace appserver::control
