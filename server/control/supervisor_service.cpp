// What the supervisor tells the service manager, and how it knows.
#include "control/supervisor.hpp"

namespace appserver::control {
namespace {

std::string count_of(std::size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

std::string Supervisor::service_status() const {
  return count_of(static_cast<std::size_t>(workers_->wanted()), "worker") + ", " +
         count_of(current_.plan.mounts.size(), "mount");
}

void Supervisor::tell_service(std::int64_t now_ms) {
  notify_.tick(now_ms, !serving_ && !stopping_, [this](std::int64_t patience_ns) {
    return stopping_ || workers_->is_any_answering(patience_ns);
  });
}

}  // namespace appserver::control
