#include "control/pidfile.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/log.hpp"
#include "base/unique_fd.hpp"

namespace appserver::control {
namespace {

/// The process a pid file names; 0: none.
pid_t pid_in(const std::string& path) {
  std::ifstream file(path);
  pid_t pid = 0;
  file >> pid;
  return file ? pid : 0;
}

/// Of another user, too.
bool runs(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno == EPERM;
}

}  // namespace

Result<void> write_pidfile(const std::string& path, const Identity& identity) {
  if (path.empty()) return {};
  const pid_t other = pid_in(path);
  if (other > 0 && other != ::getpid() && runs(other)) {
    return usage_error(
        "the pid file " + path + " names process " + std::to_string(other) +
        ", which runs; stop it first, or remove the file if it is another's");
  }
  constexpr mode_t kMode = 0644;  // it is there to be read
  // No link is followed where root writes and gives away.
  const int follow = identity.is_wanted ? O_NOFOLLOW : 0;
  const UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | follow, kMode));
  const std::string text = std::to_string(::getpid()) + "\n";

  struct stat status {};

  const bool is_written =
      fd && ::fstat(fd.get(), &status) == 0 &&
      ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!is_written) return usage_error("cannot write the pid file " + path);
  const bool is_given = identity.is_wanted && !identity.is_held;
  if (is_given && (!S_ISREG(status.st_mode) || status.st_nlink != 1 ||
                   ::fchown(fd.get(), identity.uid, identity.gid) != 0)) {
    return usage_error("the pid file " + path + " cannot be given to " + identity.user);
  }
  return {};
}

void remove_pidfile(const std::string& path) {
  if (path.empty() || pid_in(path) != ::getpid()) return;
  if (::unlink(path.c_str()) == 0) return;
  const UniqueFd emptied(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (!emptied) log::warning("cannot remove the pid file " + path);
}

}  // namespace appserver::control
