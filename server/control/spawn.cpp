#include "control/spawn.hpp"

#include <unistd.h>

#include "control/identity.hpp"

namespace appserver::control {

Child spawn(const std::function<void()>& let_go,
            const std::function<int(Channel)>& run) {
  auto [ours, theirs] = Channel::make_pair();
  if (!theirs.is_open()) return {};
  const pid_t pid = ::fork();
  if (pid == 0) {
    ours.close();
    let_go();
    drop_capabilities();
    ::_exit(run(std::move(theirs)));
  }
  return {pid, std::move(ours)};
}

}  // namespace appserver::control
